"""A form that follows its server: what is kept, disabled, new, and what the Run box says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from depthstudio.core.job import Source
from depthstudio.core.param_reconcile import LACKING
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.ui.inspector.entries import entry_of
from depthstudio.ui.inspector.inspector import Inspector
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.chips import Chip
from depthstudio.ui.parts.labels import ToneLabel
from tests.support.local_provider import Local, one_file
from tests.support.space_provider import LIVE, Space, space_at

PHOTO = Source(path=Path("moon.png"), media_type="image/png", size_bytes=1000, mtime_ns=0)


@pytest.fixture
def make_inspector(qtbot: QtBot, theme: Theme, icons: Icons) -> Callable[..., Inspector]:
    def make(*providers: Any) -> Inspector:
        inspector = Inspector(theme, icons, [entry_of(provider) for provider in providers])
        qtbot.addWidget(inspector)
        inspector.resize(320, 900)
        return inspector

    return make


@pytest.fixture
def inspector(make_inspector: Callable[..., Inspector]) -> Inspector:
    return make_inspector(Space())


def live(**changes: Any) -> dict[str, Any]:
    return {"properties": {**LIVE["properties"], **changes}}


def words_in(widget: Any) -> list[str]:
    return [label.text() for label in widget.findChildren(ToneLabel) if not label.isHidden()]


def test_what_the_server_lacks_is_disabled_and_says_why(inspector: Inspector) -> None:
    inspector.set_live_schema("space", LIVE)
    row = inspector.form().row("reference")
    assert not row.editor.isEnabled()
    assert LACKING in words_in(row)
    assert LACKING in row.label.toolTip()
    assert LACKING in row.editor.toolTip()
    assert inspector.form().row("seed_mode").editor.isEnabled()


def test_new_parameters_are_rows_whose_values_travel_apart(inspector: Inspector) -> None:
    assert inspector.form().values()["extra"] == {}
    inspector.set_live_schema("space", LIVE)
    row = inspector.form().row("sky")
    assert [chip.text() for chip in row.findChildren(Chip)] == ["New"]
    assert inspector.form().values()["extra"] == {"splats": False, "sky": 0.5}
    inspector.form().set_values({"extra": {"sky": 0.25, "gone": 1}})
    assert inspector.form().values()["extra"] == {"splats": False, "sky": 0.25}
    assert inspector.form().first_error() == ""
    with pytest.raises(KeyError):
        inspector.form().row("extra")


def test_the_servers_defaults_and_ranges_hold_where_nothing_was_changed(
    qtbot: QtBot, inspector: Inspector
) -> None:
    with qtbot.waitSignal(inspector.params_changed):
        inspector.set_live_schema("space", LIVE)
    values = inspector.form().values()
    assert (values["points"], values["resolution"]) == (800, "high")
    assert inspector.form().row("points").field.maximum == 2000
    with qtbot.assertNotEmitted(inspector.params_changed):
        inspector.set_live_schema("space", LIVE)  # the same again changes nothing


def test_what_the_user_changed_is_kept_or_brought_near_with_a_note(inspector: Inspector) -> None:
    inspector.form().set_values({"points": 900, "resolution": "high", "seed": 7})
    form = inspector.form()
    form.set_folded(["Scene", "Chance"])
    inspector.set_live_schema(
        "space", live(points={"type": "integer", "maximum": 600}, resolution={"enum": ["low", "x"]})
    )
    form = inspector.form()
    values = form.values()
    assert (values["points"], values["resolution"], values["seed"]) == (600, "low", 7)
    note = form.row("points").note_text()
    assert note.replace("\N{NO-BREAK SPACE}", " ") == "Now 600 k: this server does not allow 900 k"
    assert "High, 1008" in form.row("resolution").note_text()
    assert form.row("seed").note_text() == ""
    assert form.folded() == {"Chance"}  # a note is not hidden
    form.row("points").editor.edited.emit(400)
    assert form.row("points").note_text() == ""


def test_without_a_known_server_the_form_is_ours_again(inspector: Inspector) -> None:
    inspector.set_live_schema("space", LIVE)
    inspector.form().set_values({"points": 1500})
    inspector.set_live_schema("space", None)
    assert inspector.form().values()["points"] == 1000
    assert inspector.form().values()["extra"] == {}


def test_values_that_only_the_server_takes_wait_for_it_and_are_kept(
    make_inspector: Callable[..., Inspector],
) -> None:
    kept = {"points": 1500, "extra": {"sky": 0.75}}
    inspector = make_inspector(Local(one_file), Space())
    inspector.restore({"space": kept})
    assert inspector.kept_values("space") == kept  # it was not even looked at
    inspector.set_provider("space")
    inspector.set_live_schema("space", LIVE)
    values = inspector.form().values()
    assert (values["points"], values["extra"]) == (1500, {"splats": False, "sky": 0.75})
    assert inspector.kept_values("space") == values


def test_a_provider_without_a_place_for_them_has_no_new_parameters(
    make_inspector: Callable[..., Inspector],
) -> None:
    inspector = make_inspector(Local(one_file))
    assert inspector.service("local") is None
    inspector.set_live_schema("local", {"properties": {"strength": {}, "sky": {}}})
    with pytest.raises(KeyError):
        inspector.form().row("sky")
    assert "extra" not in inspector.form().values()


def test_the_card_says_what_leaves_this_computer_and_whose_quota_it_is(
    inspector: Inspector,
) -> None:
    box = inspector.service("space")
    assert box is not None
    box.show_secret("hf_token", SecretOrigin.ABSENT)
    words = words_in(inspector)
    assert Space.info.privacy in words
    assert Space.info.quota in words
    assert words.count("None: anonymous quota") == 2
    box.show_secret("hf_token", SecretOrigin.SESSION)
    assert "Given for this session" in words_in(inspector)


def test_run_says_how_many_jobs_and_what_they_send(inspector: Inspector) -> None:
    inspector.set_inputs([PHOTO])
    state = inspector.run_box.state()
    assert (state.sentence, state.forecast) == ("Run 1 photo", "500 thousand points of 1 at low")
    inspector.form().set_values({"seed_mode": "sheet"})
    assert inspector.run_box.state().sentence == "Run 4 jobs"
    inspector.set_inputs([PHOTO, PHOTO, PHOTO])
    assert inspector.run_box.state().sentence == "Run 4 jobs"
    inspector.run_box.grouping_changed.emit(False)
    state = inspector.run_box.state()
    assert (state.sentence, state.forecast) == ("Run 12 jobs", "")


def test_run_names_the_server_that_was_chosen_and_waits_for_one(inspector: Inspector) -> None:
    inspector.set_inputs([PHOTO])
    assert "owner/name and huggingface.co" in inspector.run_box.state().where
    inspector.restore_endpoints({"space": {"space": "http://farm.test"}}, [])
    assert inspector.run_box.state().reason == "Correct “Server” first"
    inspector.restore_endpoints({"space": {"space": "http://farm.test"}}, ["farm.test"])
    assert "farm.test and huggingface.co" in inspector.run_box.state().where
    assert inspector.endpoints() == {"space": "http://farm.test"}


def test_nothing_runs_without_a_key_that_is_needed(
    make_inspector: Callable[..., Inspector],
) -> None:
    secret = replace(Space.info.secrets[0], is_needed=True)
    inspector = make_inspector(space_at("https://a.test", secrets=(secret,)))
    inspector.set_inputs([PHOTO])
    box = inspector.service("space")
    assert box is not None
    assert inspector.run_box.state().reason == ""  # nobody has looked yet
    box.show_secret("hf_token", SecretOrigin.ABSENT)
    assert inspector.run_box.state().reason == "Give the HF token first"
    box.show_secret("hf_token", SecretOrigin.ENVIRONMENT)
    assert inspector.run_box.state().reason == ""


def test_it_fits_the_narrowest_dock(inspector: Inspector) -> None:
    inspector.set_live_schema("space", live(a_name_that_is_quite_long={"type": "number"}))
    assert inspector.minimumSizeHint().width() <= 320
    assert inspector.form().minimumSizeHint().width() <= 320
