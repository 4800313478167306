"""What is said of a clip: moments in it, and what its range was taken from."""

from PySide6.QtCore import QCoreApplication, QLocale

from depthstudio.core.views import DepthStack


def _tr(text: str) -> str:
    return QCoreApplication.translate("ClipWords", text)


def moment_text(seconds: float) -> str:
    """Minutes and hundredths of seconds, "0:01.42", with hours when there are any."""
    hundredths = max(0, round(seconds * 100))
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    point = QLocale().decimalPoint()
    tail = f"{rest // 100:02}{point}{rest % 100:02}"
    return f"{hours}:{minutes:02}:{tail}" if hours else f"{minutes}:{tail}"


def range_text(looked_at: int, count: int) -> str:
    """What the colours of a clip are good for; `looked_at` is 0 where the user set them."""
    if 0 < looked_at < count:
        text = _tr("range of {some} of {count} frames")
        return text.format(some=looked_at, count=count)
    return _tr("one range for all {count} frames").format(count=count)


def take_text(stack: DepthStack, frame: int) -> str:
    """Which take of a film a frame is of, where a service made it more than once."""
    text = _tr("generation {number} of {takes}")
    takes = max(stack.take_numbers, default=stack.takes)
    return text.format(number=stack.take_of(frame), takes=takes)


def waiting_text(frame: int, reached: int, count: int) -> str:
    """Why a frame is not there yet, where what lies before it has to be unpacked first."""
    text = _tr("unpacking up to frame {frame}: {reached} of {count}")
    locale = QLocale()
    return text.format(
        frame=locale.toString(frame + 1),
        reached=locale.toString(reached),
        count=locale.toString(count),
    )


def stand_in_text(shown: int, frame: int) -> str:
    """That another frame is shown than the one that is asked for."""
    text = _tr("frame {shown} is shown until {frame} is there")
    locale = QLocale()
    return text.format(shown=locale.toString(shown + 1), frame=locale.toString(frame + 1))
