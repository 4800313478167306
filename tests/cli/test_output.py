"""What is said gets through whatever pipe or terminal there is."""

import io
import os
import sys
from collections.abc import Callable
from typing import Any

import pytest

from depthstudio.cli.output import Output, accept_any_text


def test_records_are_valid_in_every_encoding() -> None:
    pipe = io.TextIOWrapper(io.BytesIO(), "ascii")

    Output(as_json=True, out=pipe).record({"name": "Möwe 🐦"})

    assert pipe.buffer.getvalue() == b'{"name": "M\\u00f6we \\ud83d\\udc26"}\n'


def test_a_name_the_terminal_has_no_letters_for_does_not_end_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", terminal)

    accept_any_text()
    Output(as_json=False).line("Möwe.jpg: done")

    assert terminal.buffer.getvalue() == b"M?we.jpg: done\n"


def test_a_reader_who_leaves_does_not_end_the_command() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        output = Output(as_json=False, out=pipe)

        output.line("nobody")
        output.line("listens")


def test_a_negative_count_is_wrong_usage(cli: Callable[..., Any]) -> None:
    said = cli("library", "list", "--limit", "-1")

    assert said.status == 2
    assert "argument --limit: “-1” is not a count" in said.err
