"""Cutting out what a picture shows: whatever is not the colour of its border."""

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE_PX = 518
BORDER = 0.1
DIFFERENCE = 24  # of 255, in any channel


def without_background(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) to (H, W, 4): transparent where it looks like its border."""
    edge = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    apart = np.abs(rgb.astype(int) - np.median(edge, axis=0)).max(axis=-1)
    alpha = np.where(apart > DIFFERENCE, 255, 0).astype(np.uint8)
    return np.dstack([rgb, alpha])


def centred(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The object in the middle of a square picture with some room around it."""
    rows, columns = np.nonzero(rgba[..., 3])
    if not len(rows):
        return cv2.resize(rgba, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    thing = rgba[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = SIDE_PX * (1 - BORDER) / max(thing.shape[:2])
    height, width = (max(1, round(side * scale)) for side in thing.shape[:2])
    top, left = (SIDE_PX - height) // 2, (SIDE_PX - width) // 2
    square = np.zeros((SIDE_PX, SIDE_PX, 4), np.uint8)
    square[top : top + height, left : left + width] = cv2.resize(
        thing, (width, height), interpolation=cv2.INTER_AREA
    )
    return square
