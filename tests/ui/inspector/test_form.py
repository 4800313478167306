"""The form: every kind of field both ways, reset, validation in place, focus and the wheel."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeVar

import pytest
from msgspec import field
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from depthstudio.core.errors import ParamError
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Json, Params, bounds, param, validated
from depthstudio.core.record import to_plain
from depthstudio.ui.inspector.editors import (
    ChoiceEditor,
    EntryEditor,
    FlagEditor,
    NumberEditor,
    SegmentsEditor,
)
from depthstudio.ui.inspector.form import ParamForm
from depthstudio.ui.inspector.group import GroupHead, ParamGroup
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.labels import ToneLabel

T = TypeVar("T")
CURVES = ["Linear", "Gamma", "Logarithmic", "S-curve"]


class Dish(Params):
    depth: Annotated[
        float, param(label="Depth", group="Height", ge=0, le=1, step=0.01, help="How far")
    ] = 0.3
    curve: Annotated[
        Literal["linear", "gamma", "log", "s"],
        param(label="Curve", group="Height", choice_labels=CURVES),
    ] = "linear"
    fit: Annotated[
        Literal["in", "out"], param(label="Fit", group="Height", choice_labels=["In", "Out"])
    ] = "in"
    blur: Annotated[
        float, param(label="Blur", group="Height", ge=0, le=20, step=0.5, unit="px")
    ] = 1.5
    base: Annotated[bool, param(label="Base", group="Surface", phrase="Add a flat base")] = True
    thickness: Annotated[
        float,
        param(
            label="Thickness", group="Surface", ge=0, le=0.5, step=0.01, enabled_when={"base": True}
        ),
    ] = 0.05
    seed: Annotated[int, param(label="Seed", group="Surface", ge=0, le=2**32)] = 0
    name: Annotated[str, param(label="Name", group="Surface")] = ""
    limit: Annotated[
        Annotated[int, bounds(ge=1, le=9)] | None, param(label="Limit", group="Surface")
    ] = None
    tags: Annotated[list[str], param(label="Tags", group="Surface")] = field(
        default_factory=list[str]
    )
    black: Annotated[bool, param(label="Black", group="Server", no_effect_on_server=True)] = False


def check_dish(values: Mapping[str, Json]) -> ParamError | None:
    """The model's own rules, and one between two parameters."""
    try:
        dish = validated(Dish, values)
    except ParamError as error:
        return error
    if dish.thickness > dish.depth:
        return ParamError(
            "thickness: thicker than deep", name="thickness", hint="Lower it or raise Depth"
        )
    return None


@pytest.fixture
def form(qtbot: QtBot, theme: Theme) -> ParamForm:
    form = ParamForm(schema_of(Dish), theme, validate=check_dish)
    qtbot.addWidget(form)
    form.resize(352, 600)
    return form


@pytest.fixture
def shown(qtbot: QtBot, form: ParamForm) -> ParamForm:
    """The form on screen, with the keyboard."""
    with qtbot.waitExposed(form):
        form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form


@pytest.fixture
def wheel() -> Callable[[QWidget], None]:
    def turn(widget: QWidget) -> None:
        event = QWheelEvent(
            QPointF(5, 5),
            QPointF(widget.mapToGlobal(QPoint(5, 5))),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)

    return turn


def editor(form: ParamForm, name: str, kind: type[T]) -> T:
    found = form.row(name).editor
    assert isinstance(found, kind)
    return found


def head(form: ParamForm, title: str) -> GroupHead:
    [found] = [group for group in form.findChildren(ParamGroup) if group.title == title]
    return found.head


def test_a_new_form_has_the_defaults(form: ParamForm) -> None:
    assert form.values() == to_plain(Dish())
    assert form.first_error() == ""


def test_values_go_in_and_come_out_unchanged(form: ParamForm) -> None:
    values: dict[str, Json] = {
        "depth": 0.123456789,
        "curve": "log",
        "fit": "out",
        "blur": 4.5,
        "base": False,
        "thickness": 0.1,
        "seed": 2**32,
        "name": "Ærø",
        "limit": 3,
        "tags": ["a", "b"],
        "black": True,
    }
    form.set_values(values)
    assert form.values() == values


def test_typing_a_number_changes_it_and_moves_the_slider(qtbot: QtBot, form: ParamForm) -> None:
    number = editor(form, "depth", NumberEditor)
    assert number.slider is not None
    with qtbot.waitSignal(form.changed):
        number.spin.setValue(0.75)
    assert form.values()["depth"] == 0.75
    assert number.slider.value() == 75


def test_dragging_the_slider_changes_the_number(qtbot: QtBot, form: ParamForm) -> None:
    number = editor(form, "blur", NumberEditor)
    assert number.slider is not None
    with qtbot.waitSignal(form.changed):
        number.slider.setValue(number.slider.maximum())
    assert form.values()["blur"] == 20
    assert number.spin.text() == "20.0\N{NO-BREAK SPACE}px"


def test_clicking_the_track_goes_to_that_value(qtbot: QtBot, shown: ParamForm) -> None:
    slider = editor(shown, "depth", NumberEditor).slider
    assert slider is not None
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 10))
    assert shown.values()["depth"] == pytest.approx(0.5, abs=0.02)


def test_a_whole_number_stays_whole_beyond_32_bits(form: ParamForm) -> None:
    number = editor(form, "seed", NumberEditor)
    assert number.slider is None  # nobody can aim at one of four thousand million
    number.spin.setValue(2**32 - 1)
    assert form.values()["seed"] == 2**32 - 1
    assert type(form.values()["seed"]) is int


def test_picking_from_the_list_changes_the_choice(qtbot: QtBot, shown: ParamForm) -> None:
    combo = editor(shown, "curve", ChoiceEditor)
    assert [combo.itemText(row) for row in range(combo.count())] == CURVES
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert shown.values()["curve"] == "gamma"


def test_two_short_choices_become_segments(qtbot: QtBot, form: ParamForm) -> None:
    segments = editor(form, "fit", SegmentsEditor)
    [first, second] = segments.findChildren(QAbstractButton)
    assert first.isChecked()
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert form.values()["fit"] == "out"
    assert not first.isChecked()


def test_a_check_box_says_its_phrase(qtbot: QtBot, form: ParamForm) -> None:
    box = editor(form, "base", FlagEditor)
    assert box.text() == "Add a flat base"
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    assert form.values()["base"] is False


def test_a_line_of_text_is_taken_as_typed(qtbot: QtBot, form: ParamForm) -> None:
    qtbot.keyClicks(editor(form, "name", EntryEditor), "moon")
    assert form.values()["name"] == "moon"


def test_an_optional_number_can_be_typed_and_emptied(qtbot: QtBot, form: ParamForm) -> None:
    line = editor(form, "limit", EntryEditor)
    qtbot.keyClicks(line, "7")
    assert form.values()["limit"] == 7
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    assert form.values()["limit"] is None


@pytest.mark.parametrize(
    ("name", "typed", "kept", "says"),
    [
        ("limit", "many", None, "Type a whole number from 1 to 9"),
        ("limit", "2.5", 2, "Type a whole number from 1 to 9"),
        ("limit", "inf", None, "Type a whole number from 1 to 9"),
        ("tags", "[", [], "Not JSON yet: check brackets and quotes"),
    ],
)
def test_what_is_not_a_value_is_refused_in_place_and_the_last_one_kept(
    qtbot: QtBot, form: ParamForm, name: str, typed: str, kept: Json, says: str
) -> None:
    line = editor(form, name, EntryEditor)
    line.clear()
    qtbot.keyClicks(line, typed)
    assert form.row(name).error_text() == says
    assert form.values()[name] == kept
    assert form.first_error() == form.row(name).field.label


def test_the_reset_dot_brings_the_default_back(qtbot: QtBot, form: ParamForm) -> None:
    form.set_values({"blur": 9.0})
    dot = form.row("blur").reset_dot
    assert dot.isEnabled()
    assert dot.toolTip() == "Reset to 1.5\N{NO-BREAK SPACE}px"
    with qtbot.waitSignal(form.changed):
        qtbot.mouseClick(dot, Qt.MouseButton.LeftButton)
    assert form.values()["blur"] == 1.5
    assert not dot.isEnabled()


def test_resetting_takes_back_what_could_not_be_read(qtbot: QtBot, form: ParamForm) -> None:
    line = editor(form, "limit", EntryEditor)
    qtbot.keyClicks(line, "many")
    qtbot.mouseClick(form.row("limit").reset_dot, Qt.MouseButton.LeftButton)
    assert (line.text(), form.first_error()) == ("", "")


@pytest.mark.parametrize(
    ("name", "value"), [("depth", 0.9), ("curve", "log"), ("fit", "out"), ("base", False)]
)
def test_backspace_resets_a_control_that_takes_no_text(
    qtbot: QtBot, form: ParamForm, name: str, value: Json
) -> None:
    form.set_values({name: value})
    target = form.row(name).editor
    control = target.slider if isinstance(target, NumberEditor) else target
    assert control is not None
    qtbot.keyClick(control, Qt.Key.Key_Backspace)
    assert form.values()[name] == to_plain(Dish())[name]


def test_backspace_in_a_number_field_edits_the_number(qtbot: QtBot, form: ParamForm) -> None:
    form.set_values({"seed": 120})
    spin = editor(form, "seed", NumberEditor).spin
    spin.lineEdit().end(False)
    qtbot.keyClick(spin, Qt.Key.Key_Backspace)
    assert form.values()["seed"] == 12


def test_reset_all_says_so_once(qtbot: QtBot, form: ParamForm) -> None:
    form.set_values({"depth": 0.9, "curve": "log", "name": "moon"})
    heard: list[None] = []
    form.changed.connect(lambda: heard.append(None))
    form.reset_all()
    assert form.values() == to_plain(Dish())
    assert len(heard) == 1
    form.reset_all()
    assert len(heard) == 1


def test_the_head_counts_what_is_changed(form: ParamForm) -> None:
    form.set_values({"depth": 0.9, "curve": "log"})
    assert head(form, "Height").summary() == "2 changed"
    assert head(form, "Height").accessibleName() == "Height, 2 changed"
    assert head(form, "Surface").summary() == ""


def test_values_of_an_older_version_are_left_out(form: ParamForm) -> None:
    form.set_values({"gone": 1, "depth": 7, "curve": "cubic", "blur": 3})
    assert form.values() == to_plain(Dish(blur=3))


def test_a_rule_between_parameters_shows_under_the_row_it_names(form: ParamForm) -> None:
    form.set_values({"thickness": 0.4})
    row = form.row("thickness")
    assert row.error_text() == "Thicker than deep. Lower it or raise Depth"
    assert row.editor.property("invalid") is True
    assert form.first_error() == "Thickness"
    editor(form, "depth", NumberEditor).spin.setValue(0.5)
    assert row.error_text() == ""
    assert row.editor.property("invalid") is False
    assert form.first_error() == ""


def test_an_error_unfolds_the_group_it_is_in(form: ParamForm) -> None:
    form.set_folded({"Surface"})
    form.show_error("seed", "Taken")
    assert form.row("seed").error_text() == "Taken"
    assert form.folded() == frozenset()


def test_an_error_of_no_parameter_stands_above_the_form(shown: ParamForm) -> None:
    shown.show_error("quota", "Used up until tomorrow")
    visible = [label.text() for label in shown.findChildren(ToneLabel) if label.isVisible()]
    assert "Used up until tomorrow" in visible
    assert shown.first_error() == "quota"


def test_a_parameter_waits_for_the_one_it_depends_on(qtbot: QtBot, form: ParamForm) -> None:
    assert form.row("thickness").editor.isEnabled()
    qtbot.mouseClick(editor(form, "base", FlagEditor), Qt.MouseButton.LeftButton)
    assert not form.row("thickness").editor.isEnabled()
    assert not form.row("thickness").label.isEnabled()


def test_a_parameter_the_server_ignores_cannot_be_set(form: ParamForm) -> None:
    assert not form.row("black").editor.isEnabled()
    form.set_values({"base": False})  # any change looks at all rows again
    assert not form.row("black").editor.isEnabled()


@pytest.mark.parametrize("name", ["depth", "blur", "curve"])
def test_the_wheel_changes_nothing_without_focus(
    shown: ParamForm, wheel: Callable[[QWidget], None], name: str
) -> None:
    form, target = shown, shown.row(name).editor
    form.row("name").editor.setFocus()
    before = form.values()
    controls: list[QWidget] = [target]
    if isinstance(target, NumberEditor) and target.slider is not None:
        controls = [target.spin, target.slider]
    for control in controls:
        wheel(control)
        assert form.values() == before
        control.setFocus()
        wheel(control)
        assert form.values() != before
        form.row("name").editor.setFocus()
        form.set_values(before)


def test_a_fold_hides_its_rows_and_is_remembered(qtbot: QtBot, shown: ParamForm) -> None:
    qtbot.mouseClick(head(shown, "Surface"), Qt.MouseButton.LeftButton)
    assert not shown.row("base").isVisible()
    assert shown.row("depth").isVisible()
    assert shown.folded() == {"Surface"}
    qtbot.keyClick(head(shown, "Surface"), Qt.Key.Key_Right)
    assert shown.row("base").isVisible()


def test_tab_goes_through_head_and_controls_in_order(shown: ParamForm) -> None:
    head(shown, "Height").setFocus()
    number = editor(shown, "depth", NumberEditor)
    [fit_in, _] = editor(shown, "fit", SegmentsEditor).findChildren(QAbstractButton)
    blur = editor(shown, "blur", NumberEditor)
    stops = [number.slider, number.spin, shown.row("curve").editor, fit_in, blur.slider]
    for stop in stops:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is stop


def test_every_control_has_a_name_for_screen_readers(form: ParamForm) -> None:
    for name in form.values():
        row = form.row(name)
        assert row.editor.accessibleName() == row.field.label
        assert row.label.buddy() is row.editor
    assert form.row("depth").label.toolTip() == "Depth: How far"


def test_a_long_label_is_elided_with_the_whole_in_its_tip(qtbot: QtBot, theme: Theme) -> None:
    title = "The distance below which a point is dropped"
    schema: dict[str, Any] = {"properties": {"d": {"type": "number", "title": title}}}
    form = ParamForm(schema, theme)
    qtbot.addWidget(form)
    label = form.row("d").label
    form.resize(320, 100)
    form.show()
    assert "…" in label.shown_text()
    assert label.toolTip() == title


@pytest.mark.parametrize("width_px", [320, 352, 700])
def test_nothing_sticks_out_at_any_width(shown: ParamForm, width_px: int) -> None:
    shown.resize(width_px, 700)
    QApplication.processEvents()
    assert shown.minimumSizeHint().width() <= 320
    for name in shown.values():
        row = shown.row(name)
        assert row.editor.geometry().right() < row.reset_dot.geometry().left() + 1
        assert row.reset_dot.geometry().right() < width_px


def test_a_foreign_schema_stands_in_one_group(qtbot: QtBot, theme: Theme) -> None:
    form = ParamForm({"properties": {"steps": {"type": "integer", "default": 4}}}, theme)
    qtbot.addWidget(form)
    assert form.values() == {"steps": 4}
    assert head(form, "Parameters").text() == "Parameters"


@pytest.mark.parametrize(
    ("prop", "says"),
    [
        ({"type": ["number", "null"]}, "Type a number"),
        ({"type": ["number", "null"], "minimum": 2}, "Type a number, at least 2"),
        ({"type": ["integer", "null"], "maximum": 9}, "Type a whole number, at most 9"),
    ],
)
def test_a_refusal_says_what_to_type(
    qtbot: QtBot, theme: Theme, prop: dict[str, Any], says: str
) -> None:
    form = ParamForm({"properties": {"n": prop}}, theme)
    qtbot.addWidget(form)
    qtbot.keyClicks(editor(form, "n", EntryEditor), "x")
    assert form.row("n").error_text() == says


def test_the_focus_ring_is_for_the_keyboard_only(shown: ParamForm, theme: Theme) -> None:
    slider = editor(shown, "depth", NumberEditor).slider
    assert slider is not None

    def has_ring() -> bool:
        image = slider.grab().toImage()
        pixel, accent = image.pixelColor(image.width() // 2, 0), theme.colour("accent")
        return abs(pixel.green() - accent.green()) <= 8  # a screen may have only 16 bits

    QTest.mouseClick(slider, Qt.MouseButton.LeftButton)
    assert slider.hasFocus()
    assert not has_ring()
    head(shown, "Height").setFocus()
    QTest.keyClick(head(shown, "Height"), Qt.Key.Key_Tab)
    assert slider.hasFocus()
    assert has_ring()


def test_the_reason_is_read_out_with_the_control(form: ParamForm) -> None:
    spin = editor(form, "depth", NumberEditor).spin
    assert spin.accessibleDescription() == "How far"
    form.show_error("depth", "Too deep")
    assert spin.accessibleDescription() == "Too deep"
