"""Every held provider has a chip in the status bar that counts down."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from depthstudio.core.job import Hold, HoldKind
from depthstudio.jobs.queue import JobQueue
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.beat import Beat
from depthstudio.ui.window.hold_chips import HoldChips
from depthstudio.ui.window.status_bar import StatusBar


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def chips(
    on_screen: Callable[..., HoldChips], theme: Theme, icons: Icons, clock: Clock
) -> Iterator[HoldChips]:
    chips = HoldChips(theme, icons, str.title, Beat(), now=clock)
    yield on_screen(chips, 800, 28)
    chips.close_chips()


def quota(clock: Clock, seconds: float | None = 245) -> Hold:
    until = clock.now + timedelta(seconds=seconds) if seconds is not None else None
    return Hold(kind=HoldKind.SERVICE, reason="Quota is used up", until=until, hint="Sign in")


def test_a_chip_counts_down_while_it_can_be_seen(chips: HoldChips, clock: Clock) -> None:
    chips.set_holds({"partpacker": quota(clock)})
    (chip,) = chips.chips.values()
    assert chip.text() == "Partpacker: goes on in 4:05"
    assert chip.accessibleName() == "Partpacker: Quota is used up, goes on in 4:05"
    assert chips.ticks
    clock.now += timedelta(seconds=5)
    chips.findChildren(type(chips._tick))[0].timeout.emit()
    assert chip.text() == "Partpacker: goes on in 4:00"
    chips.hide()
    assert not chips.ticks
    chips.show()
    assert chips.ticks


def test_nothing_ticks_for_a_hold_that_only_a_person_ends(chips: HoldChips, clock: Clock) -> None:
    chips.set_holds({"partpacker": quota(clock, None)})
    assert not chips.ticks
    assert chips.chips["partpacker"].text() == "Partpacker: waits for you"


def test_no_network_has_its_own_words_and_icon(chips: HoldChips, clock: Clock) -> None:
    until = clock.now + timedelta(seconds=29)
    chips.set_holds({"fal": Hold(kind=HoldKind.OFFLINE, reason="fal is silent", until=until)})
    assert chips.chips["fal"].text() == "Fal: tries again in 0:29"


def test_many_chips_say_less(chips: HoldChips, clock: Clock) -> None:
    chips.set_holds({name: quota(clock) for name in ("a", "b", "c")})
    assert [chip.text() for chip in chips.chips.values()] == [
        f"{name} in 4:05" for name in ("A", "B", "C")
    ]


def test_the_menu_says_why_and_tries_now(qtbot: QtBot, chips: HoldChips, clock: Clock) -> None:
    chips.set_holds({"partpacker": quota(clock)})
    menu = chips.menu_for("partpacker")
    lines = [(action.text(), action.isEnabled()) for action in menu.actions() if action.text()]
    assert lines == [("Quota is used up", False), ("Sign in", False), ("Try now", True)]
    with qtbot.waitSignal(chips.try_now_requested) as asked:
        menu.actions()[-1].trigger()
    assert asked.args == ["partpacker"]


def test_a_missing_key_is_given_from_the_menu(qtbot: QtBot, chips: HoldChips, clock: Clock) -> None:
    hold = Hold(kind=HoldKind.NEEDS_KEY, reason="fal.ai needs its API key", hint="Give it")
    chips.set_holds({"fal": hold})
    assert chips.chips["fal"].text() == "Fal: needs a key"
    assert not chips.ticks
    actions = {action.text(): action for action in chips.menu_for("fal").actions()}
    with qtbot.waitSignal(chips.give_key_requested) as asked:
        actions["Give key…"].trigger()
    assert asked.args == ["fal"]
    assert actions["Try now"].isEnabled()


def test_the_status_bar_has_chips_for_what_is_held_and_for_nothing_else(
    on_screen: Callable[..., StatusBar], theme: Theme, icons: Icons, queue: JobQueue, clock: Clock
) -> None:
    bar = StatusBar(theme, icons, queue, str.title)
    on_screen(bar, 1000, 28)
    try:
        bar.set_holds({})
        assert "holds" not in vars(bar)
        bar.set_holds({"fal": quota(clock), "oxen": quota(clock)})
        assert set(bar.holds.chips) == {"fal", "oxen"}
        bar.set_holds({"oxen": quota(clock)})
        assert set(bar.holds.chips) == {"oxen"}
        assert bar.holds.isVisible()
        bar.set_holds({})
        assert not bar.holds.isVisible()
        assert not bar.holds.ticks
    finally:
        bar.close_status()
