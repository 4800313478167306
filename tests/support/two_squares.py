"""Two squares, red on the left and blue on the right, and whether a picture shows them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from depthstudio.core.views import PointCloud, TriangleMesh, Views

RED, BLUE = (220, 30, 20), (20, 60, 210)
EXACT, SCREEN = 2, 6  # of 255; a virtual screen may have only 16 bits a pixel


def two_squares() -> Views:
    """Both squares in one surface, 4 wide and 2 high, and their corners as points."""
    left = np.array([[-2, -1, 0], [0, -1, 0], [0, 1, 0], [-2, 1, 0]], dtype=np.float32)
    corners = np.concatenate([left, left + np.array([2, 0, 0], dtype=np.float32)])
    colours = np.repeat(np.array([RED, BLUE], dtype=np.uint8), 4, axis=0)
    square = np.array([[0, 2, 1], [0, 3, 2]], dtype=np.int32)
    mesh = TriangleMesh(corners, np.concatenate([square, square + 4]), colours)
    return Views(meshes=[mesh], clouds=[PointCloud(corners, colours)])


def pixels(image: QImage) -> NDArray[np.uint8]:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def assert_red_left_blue_right(picture: NDArray[np.uint8], tolerance: int) -> None:
    height, width = picture.shape[:2]
    np.testing.assert_allclose(picture[height // 2, width // 3].astype(int), RED, atol=tolerance)
    np.testing.assert_allclose(
        picture[height // 2, 2 * width // 3].astype(int), BLUE, atol=tolerance
    )
