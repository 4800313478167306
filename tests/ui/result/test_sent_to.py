"""Where the sources of a result were sent, in the Result dock."""

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtWidgets import QLabel

from depthstudio.core.result import HostedRecord, SourceRecord
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.result.facts import SentTo, sent_to
from depthstudio.ui.result.sent_to import MOST, SentToLines


def record(name: str = "a.png", **fields: object) -> SourceRecord:
    return SourceRecord(name=name, media_type="image/png", size_bytes=1, sha256="0", **fields)


def hosted(until: datetime | None) -> HostedRecord:
    return HostedRecord(host_id="shelf", url="https://shelf.test/1.png", until=until)


def titled(host_id: str) -> str:
    return {"shelf": "Shelf"}[host_id]


def test_each_place_is_told_with_its_end(now: datetime) -> None:
    later, earlier = now + timedelta(hours=1), now - timedelta(days=1)
    sources = [
        record(),
        record("b.png", hosted=hosted(later)),
        record("c.png", hosted=hosted(earlier)),
        record("d.png", hosted=hosted(None)),
        record("e.png", url="https://cdn.test/e.png"),
    ]
    url = "https://shelf.test/1.png"
    assert sent_to(sources, titled, now) == (
        SentTo("b.png was put on Shelf, until today 15:02:", url),
        SentTo("c.png was put on Shelf, it was there until yesterday 14:02:", url),
        SentTo("d.png was put on Shelf, it does not say for how long:", url),
        SentTo("e.png was fetched from", "https://cdn.test/e.png"),
    )


def test_many_places_take_no_more_room_than_a_few(
    on_screen: Callable[..., SentToLines], theme: Theme
) -> None:
    lines = on_screen(SentToLines(theme), 320, 200)
    lines.show_places([SentTo(f"{n}.png was fetched from", f"https://{n}.test") for n in range(9)])
    texts = [label.text() for label in lines.findChildren(QLabel) if label.isVisible()]
    assert len(texts) == 2 * MOST + 1
    assert texts[-1] == "and 6 more"
    assert len(lines.places) == 9
    lines.show_places([])
    assert not lines.isVisible()
