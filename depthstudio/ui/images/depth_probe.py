"""The value under the cursor."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from depthstudio.ui.images.depth_picture import DepthPicture


@dataclass(frozen=True)
class DepthProbe:
    """The value under the cursor. `value` is NaN where there is no data."""

    column: int
    row: int
    frame: int
    value: float

    @classmethod
    def of(cls, picture: DepthPicture, column: int, row: int) -> "DepthProbe":
        """What the picture in sight was made of there."""
        value = float(picture.indexed.values[row, column])
        return cls(column, row, picture.indexed.frame, value)


def probe_text(probe: DepthProbe, picture: DepthPicture) -> str:
    """The value with its unit, its pixel and its frame."""
    text = QCoreApplication.translate(
        "DepthProbe", "{value} · pixel {column}, {row} · frame {frame} of {count}"
    )
    return text.format(
        value=picture.scale.text(probe.value),
        column=probe.column,
        row=probe.row,
        frame=probe.frame + 1,
        count=len(picture.request.stack),
    )
