"""Durations, sizes, shares and moments as people read them, in the user's locale."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

UNITS = ("B", "kB", "MB", "GB", "TB")


def duration_text(seconds: float) -> str:
    """Minutes and seconds, "1:38", with hours when there are any, "1:02:03"."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, seconds_left = divmod(rest, 60)
    if hours:
        return f"{hours}:{minutes:02}:{seconds_left:02}"
    return f"{minutes}:{seconds_left:02}"


def rough_duration_text(seconds: float) -> str:
    """A guess that must not look exact: "~40 s", "~2 min", "~3 h"."""
    if seconds < 60:
        amount, unit = max(10, round(seconds / 10) * 10), "s"
    elif seconds < 5400:
        amount, unit = round(seconds / 60), "min"
    else:
        amount, unit = round(seconds / 3600), "h"
    return f"~{amount}\N{NO-BREAK SPACE}{unit}"


def size_text(size_bytes: float) -> str:
    """A size in its best decimal unit and three digits: "126 MB", "18.4 GB"."""
    power = _power(size_bytes)
    return f"{_digits(size_bytes, power)}\N{NO-BREAK SPACE}{UNITS[power]}"


def part_of_size_text(done_bytes: float, total_bytes: float) -> str:
    """Both in the unit of the total: "48.2 of 126 MB"."""
    power = _power(total_bytes)
    text = QCoreApplication.translate("amounts", "{done} of {total}")
    return text.format(done=_digits(done_bytes, power), total=size_text(total_bytes))


def percent_text(fraction: float) -> str:
    """A share from 0 to 1 as "62 %"; never 100 before all is done."""
    whole = min(99, int(fraction * 100)) if fraction < 1 else 100
    return f"{max(0, whole)}\N{NO-BREAK SPACE}%"


def zoom_text(zoom: float) -> str:
    """A magnification, where 1.0 is "100 %"."""
    return f"{zoom * 100:.0f}\N{NO-BREAK SPACE}%"


def unit_suffix(unit: str) -> str:
    """What follows a number: a space that never breaks the line and the unit, if there is one."""
    return f"\N{NO-BREAK SPACE}{unit}" if unit else ""


def counted_text(*, photos: int = 0, videos: int = 0, files: int = 0, addresses: int = 0) -> str:
    """Inputs by their kind, "3 photos and 1 video"; empty for none."""
    forms = (
        (photos, _tr("{n} photo"), _tr("{n} photos")),
        (videos, _tr("{n} video"), _tr("{n} videos")),
        (files, _tr("{n} file"), _tr("{n} files")),
        (addresses, _tr("{n} address"), _tr("{n} addresses")),
    )
    parts = [(one if n == 1 else many).format(n=n) for n, one, many in forms if n]
    if len(parts) < 2:
        return "".join(parts)
    return _tr("{first} and {last}").format(first=", ".join(parts[:-1]), last=parts[-1])


def film_text(frame_count: int, frame_rate_hz: float = 0.0) -> str:
    """What there is to see in a video, "29.97 fps · 240 frames"; only what is known of it."""
    parts: list[str] = []
    if frame_rate_hz > 0:
        rate = QLocale().toString(frame_rate_hz, "f", 2)
        point = QLocale().decimalPoint()
        parts.append(_tr("{rate} fps").format(rate=rate.rstrip("0").removesuffix(point)))
    if frame_count > 0:
        form = _tr("{n} frame") if frame_count == 1 else _tr("{n} frames")
        parts.append(form.format(n=frame_count))
    return " · ".join(parts)


def utc_now() -> datetime:
    """The moment it is, as `when_text` counts from it."""
    return datetime.now(UTC)


def when_text(moment: datetime, now: datetime) -> str:
    """A moment as seen from `now`: "today 14:02", "yesterday 9:15", else the date.

    Both must know their time zone; the text is in the local one.
    """
    local, today = moment.astimezone(), now.astimezone().date()
    locale = QLocale()
    if local.date() == today:
        words = QCoreApplication.translate("amounts", "today {time}")
    elif local.date() == today - timedelta(days=1):
        words = QCoreApplication.translate("amounts", "yesterday {time}")
    else:
        date = QDate(local.year, local.month, local.day)
        return locale.toString(date, QLocale.FormatType.ShortFormat)
    time = QTime(local.hour, local.minute)
    return words.format(time=locale.toString(time, QLocale.FormatType.ShortFormat))


def ago_text(moment: datetime, now: datetime) -> str:
    """How long ago something was, in whole minutes, hours or days: "2 min ago"."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return _tr("just now")
    if minutes < 60:
        return _tr("{n} min ago").format(n=minutes)
    if minutes < 24 * 60:
        return _tr("{n} h ago").format(n=minutes // 60)
    return _tr("{n} d ago").format(n=minutes // (24 * 60))


def length_text(length: float, unit: str) -> str:
    """A length with two decimals and its unit: "2.40 m", "0.37" where there is no unit."""
    number = QLocale().toString(float(length), "f", 2)
    return f"{number}\N{NO-BREAK SPACE}{unit}" if unit else number


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _tr(text: str) -> str:
    return QCoreApplication.translate("amounts", text)


def _power(size_bytes: float) -> int:
    power = 0
    while power < len(UNITS) - 1 and round(size_bytes / 1000**power, 1) >= 1000:
        power += 1
    return power


def _digits(size_bytes: float, power: int) -> str:
    value = size_bytes / 1000**power
    decimals = 1 if power and 0 < value < 99.95 else 0
    return QLocale().toString(float(value), "f", decimals)
