import pytest

from depthstudio.core.event import Event


def test_handlers_are_called_in_the_order_they_connected() -> None:
    event: Event[int] = Event()
    heard: list[tuple[str, int]] = []
    event.connect(lambda value: heard.append(("first", value)))
    event.connect(lambda value: heard.append(("second", value)))

    event.emit(7)

    assert heard == [("first", 7), ("second", 7)]


def test_a_handler_that_was_taken_off_hears_nothing() -> None:
    event: Event[int] = Event()
    heard: list[int] = []
    disconnect = event.connect(heard.append)
    disconnect()
    disconnect()

    event.emit(7)

    assert heard == []


def test_a_broken_handler_is_logged_and_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    event: Event[int] = Event()
    heard: list[int] = []
    event.connect(lambda value: 1 // 0)
    event.connect(heard.append)

    event.emit(7)

    assert heard == [7]
    assert caplog.records[0].exc_info is not None


def test_a_handler_added_during_an_emit_hears_the_next_one() -> None:
    event: Event[int] = Event()
    heard: list[int] = []
    event.connect(lambda value: event.connect(heard.append))

    event.emit(1)
    event.emit(2)

    assert heard == [2]
