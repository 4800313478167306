import pytest

from depthstudio.core.errors import BadResponse
from depthstudio.providers.gradio.diffs import changed

BEFORE = {"text": "Loading", "parts": [1, 2, 3], "deep": {"a": [{"b": "x"}]}}


@pytest.mark.parametrize(
    ("edits", "after"),
    [
        ([], BEFORE),
        ([["replace", [], "new"]], "new"),
        ([["append", ["text"], " …"]], BEFORE | {"text": "Loading …"}),
        ([["replace", ["parts", 1], 9]], BEFORE | {"parts": [1, 9, 3]}),
        ([["add", ["parts", 1], 9]], BEFORE | {"parts": [1, 9, 2, 3]}),
        ([["delete", ["parts", 0], None]], BEFORE | {"parts": [2, 3]}),
        ([["add", ["new"], None]], BEFORE | {"new": None}),
        ([["append", ["deep", "a", 0, "b"], "y"]], BEFORE | {"deep": {"a": [{"b": "xy"}]}}),
        (
            [["delete", ["parts", 2], None], ["append", ["parts"], [7]]],
            BEFORE | {"parts": [1, 2, 7]},
        ),
    ],
)
def test_changes_are_applied_in_turn(edits: list[object], after: object) -> None:
    assert changed(BEFORE, edits) == after


def test_a_whole_text_grows() -> None:
    assert changed("one", [["append", [], " two"]]) == "one two"


def test_what_was_before_is_left_alone() -> None:
    changed(BEFORE, [["replace", ["deep", "a", 0, "b"], "new"]])
    assert BEFORE["deep"] == {"a": [{"b": "x"}]}


@pytest.mark.parametrize(
    "edits",
    [
        [["replace", ["missing", "deeper"], 1]],
        [["delete", ["parts", 9], None]],
        [["append", ["parts"], 1]],
        [["append", [], 1]],
        [["explode", ["text"], 1]],
        [["replace"]],
        ["text"],
        [["replace", 3, 1]],
    ],
)
def test_a_change_that_does_not_fit_is_the_services_mistake(edits: list[object]) -> None:
    with pytest.raises(BadResponse, match="does not fit"):
        changed(BEFORE, edits)
