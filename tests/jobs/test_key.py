from collections.abc import Callable

import pytest

from depthstudio.core.errors import InputError
from depthstudio.core.job import Source
from depthstudio.jobs.key import key_of, question_key
from tests.support.scripted_provider import Scripted, ScriptedParams, scripted_at

HASHES = ("ab" * 32, "cd" * 32)
KEY = key_of(Scripted(), ScriptedParams(), HASHES)


def test_the_same_question_has_the_same_key() -> None:
    again = key_of(Scripted(), ScriptedParams(script="ok", steps=1), list(HASHES))

    assert again == KEY
    assert len(KEY) == 64


def test_what_cannot_change_the_result_does_not_change_the_key() -> None:
    assert key_of(Scripted(), ScriptedParams(label="mine"), HASHES) == KEY
    named = key_of(Scripted(), ScriptedParams(), HASHES, {"api": "https://scripted.invalid"})
    assert named == KEY


def test_whatever_can_change_the_result_changes_the_key() -> None:
    keys = [
        KEY,
        key_of(Scripted(), ScriptedParams(steps=2), HASHES),
        key_of(Scripted(), ScriptedParams(script="slow"), HASHES),
        key_of(Scripted(), ScriptedParams(), HASHES[::-1]),
        key_of(Scripted(), ScriptedParams(), HASHES[:1]),
        key_of(Scripted(), ScriptedParams(), HASHES, {"api": "https://other.invalid"}),
        key_of(scripted_at("https://scripted.invalid", version="2"), ScriptedParams(), HASHES),
        key_of(scripted_at("https://scripted.invalid", id="other"), ScriptedParams(), HASHES),
    ]

    assert len(set(keys)) == len(keys)


def test_a_file_is_known_by_its_bytes_and_not_by_its_name(
    make_source: Callable[..., Source],
) -> None:
    one, copy = make_source("one.png"), make_source("folder/copy.png")
    other = make_source("other.png", (1, 2, 3))

    keys = [question_key(Scripted(), [source], ScriptedParams()) for source in (one, copy, other)]

    assert keys[0] == keys[1] != keys[2]


def test_a_source_that_cannot_be_read_has_no_key(make_source: Callable[..., Source]) -> None:
    source = make_source()
    source.path.unlink()
    with pytest.raises(InputError, match=r"photo\.png cannot be read"):
        question_key(Scripted(), [source], ScriptedParams())
