"""Names of the kinds of files that are told apart by their content."""

PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
TIFF = "image/tiff"
GLB = "model/gltf-binary"
PLY = "model/ply"
NPZ = "application/x-npz"  # not registered; the usual name

PICTURES = frozenset({PNG, JPEG, WEBP, TIFF})
SCENES = frozenset({GLB, PLY, NPZ})
