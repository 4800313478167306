"""Which picture or video a container holds: what its first bytes say of it."""

from depthstudio.formats import media_type

_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"msf1", b"mif1"}
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_FOREIGN_BRANDS = {
    b"crx ": "a Canon raw photo",
    b"M4A ": "a sound file",
    b"M4B ": "a sound file",
    b"M4P ": "a sound file",
    b"jxl ": "a JPEG XL picture",
}
# What QuickTime files of the time before brands begin with.
_OLD_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_TS_SYNC = 0x47


def container_kind(head: bytes) -> str:
    """The media type of what begins with `head`, empty for no container of ours."""
    if head[4:8] == b"ftyp":
        return _branded_kind(head)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        # The document type stands within the first bytes, as text.
        return media_type.WEBM if b"webm" in head[:64] else media_type.MKV
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return media_type.AVI
    if head[4:8] in _OLD_ATOMS and b"\0" in head[:4]:
        return media_type.MOV
    return media_type.MPEG_TS if _is_transport_stream(head) else ""


def foreign_brand(head: bytes) -> str:
    """What a container that begins with `head` is, where it is known and not for us."""
    return _FOREIGN_BRANDS.get(head[8:12], "") if head[4:8] == b"ftyp" else ""


def _branded_kind(head: bytes) -> str:
    major = head[8:12]
    if major in _FOREIGN_BRANDS:
        return ""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[at : at + 4] for at in range(16, size - 3, 4)} | {major}
    # Both kinds also call themselves mif1, so AVIF is asked first.
    if major in _AVIF_BRANDS | _HEIC_BRANDS:
        return media_type.AVIF if brands & _AVIF_BRANDS else media_type.HEIC
    return media_type.MOV if major == b"qt  " else media_type.MP4


def _is_transport_stream(head: bytes) -> bool:
    """Packets of 188 bytes, or of 192 as camcorders write them, each with its mark."""
    return any(
        len(head) > start + 2 * step and all(head[start + n * step] == _TS_SYNC for n in range(3))
        for start, step in ((0, 188), (4, 192))
    )
