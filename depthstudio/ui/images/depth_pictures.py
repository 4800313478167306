"""The Depth view where a service sent pictures of depth and no values."""

from PySide6.QtCore import QSize

from depthstudio.core.views import DepthKind
from depthstudio.ui.images.depth_scale import kind_words
from depthstudio.ui.images.photo_view import PhotoView, PictureWords
from depthstudio.ui.parts.amounts import zoom_text


class DepthPicturesView(PhotoView):
    """Shows pictures as they are: no range, no unit, no colour map, and it says why."""

    def _words(self) -> PictureWords:
        return PictureWords(
            name=self.tr("Picture of depth"),
            icon="gradient-vertical",
            previous=self.tr("Previous view"),
            following=self.tr("Next view"),
            failure=self.tr("This picture cannot be shown"),
            empty=(
                self.tr("No depth here"),
                self.tr("Select a finished job or a result that has depth"),
            ),
        )

    def _tell_size(self, size: QSize | None) -> None:
        if size is None:
            self.strip.chip.show_text("")
            return
        words = kind_words(DepthKind.DISPLAY)
        self.strip.chip.show_text(
            words.long, icon=words.icon, short=words.short, tip=words.explanation
        )
        self._say(self._at_rest())

    def _probe(self, column: int, row: int) -> None:
        pixel = self.tr("pixel {column}, {row}").format(column=column, row=row)
        self._say(f"{self._at_rest()} · {pixel}")

    def _leave(self) -> None:
        self._say(self._at_rest())

    def _tell_zoom(self, zoom: float) -> None:
        image = self.canvas.image
        size = f"{image.width()} × {image.height()} · " if image is not None else ""
        self.info.say_right(size + zoom_text(zoom))

    def _at_rest(self) -> str:
        return self.tr("Colours only: the service sent no depth values")
