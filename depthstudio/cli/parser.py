"""The words of the command line."""

import argparse
import contextlib
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from depthstudio import __version__
from depthstudio.core.errors import UsageError

if TYPE_CHECKING:
    from depthstudio.core.job import Source


def build_parser() -> argparse.ArgumentParser:
    """The whole grammar, made of what `COMMANDS` declares."""
    parser = argparse.ArgumentParser(
        prog="depthstudio",
        description="Turn photos into depth and 3D. With files or nothing: opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"depthstudio {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (text, add_words) in COMMANDS.items():
        add_words(commands.add_parser(name, help=text, description=text))
    return parser


def _run_words(run: argparse.ArgumentParser) -> None:
    _add_common(run)
    run.add_argument(
        "sources",
        nargs="+",
        type=_source,
        metavar="SOURCE",
        help="a file, a folder, or an https address where the provider takes one",
    )
    run.add_argument(
        "--provider", required=True, metavar="ID", help="`depthstudio providers` lists them"
    )
    run.add_argument(
        "--set",
        dest="values",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a parameter; `depthstudio providers ID` lists them",
    )
    _add_endpoints(run)
    grouping = run.add_mutually_exclusive_group()
    grouping.add_argument("--scene", action="store_true", help="all sources as one job")
    grouping.add_argument("--each", action="store_true", help="one job for each source")
    _add_host(run)
    run.add_argument("--again", action="store_true", help="run even if the library knows it")
    run.add_argument("--output", type=Path, metavar="DIR", help="copy the result's files there")
    _add_timeout(run)


def _resume_words(resume: argparse.ArgumentParser) -> None:
    _add_common(resume)
    resume.add_argument("job", nargs="?", metavar="JOB")
    answer = resume.add_mutually_exclusive_group()
    answer.add_argument(
        "--send-again", action="store_true", help="a lost submit did not arrive: send it again"
    )
    answer.add_argument("--mark-lost", action="store_true", help="a lost submit: give it up")
    _add_timeout(resume)


def _jobs_words(jobs: argparse.ArgumentParser) -> None:
    actions = jobs.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_common(actions.add_parser("list", help="every job and where it stands"))
    for name, text in (
        ("cancel", "cancel jobs that have not ended"),
        ("retry", "run failed or cancelled jobs again"),
        (
            "remove",
            "take jobs off the list, cancelling them first; results stay, "
            "but what a service may still bring is given up",
        ),
    ):
        action = actions.add_parser(name, help=text)
        _add_common(action)
        action.add_argument("jobs", nargs="+", metavar="JOB")
        if name == "retry":
            _add_host(action)
        _add_timeout(action)


def _providers_words(providers: argparse.ArgumentParser) -> None:
    _add_common(providers)
    providers.add_argument(
        "words", nargs="*", metavar="ID | test ID", help="one provider, or test its endpoint"
    )
    _add_endpoints(providers)
    providers.add_argument(
        "--live", action="store_true", help="ask the server what parameters it has"
    )


def _library_words(library: argparse.ArgumentParser) -> None:
    actions = library.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="results, newest first")
    _add_common(listing)
    listing.add_argument("--limit", type=_count, default=50, metavar="N", help="at most so many")
    listing.add_argument("--search", default="", metavar="TEXT", help="words of the name")
    show = actions.add_parser("show", help="one result and its files")
    _add_common(show)
    show.add_argument("result", metavar="RESULT")
    verify = actions.add_parser("verify", help="check every sealed byte")
    _add_common(verify)
    verify.add_argument("result", nargs="?", metavar="RESULT")


def _export_words(export: argparse.ArgumentParser) -> None:
    _add_common(export)
    export.add_argument("what", metavar="RESULT|FILE")
    export.add_argument("--to", required=True, choices=("ply", "glb", "npz", "png16"))
    export.add_argument("--output", required=True, type=Path, metavar="PATH")


def _render_words(render: argparse.ArgumentParser) -> None:
    _add_common(render)
    render.add_argument("what", metavar="RESULT|FILE")
    render.add_argument("--output", required=True, type=Path, metavar="PNG")
    render.add_argument("--size", default="1280x800", metavar="WxH")
    render.add_argument("--view", default="perspective", metavar="NAME")


def _add_endpoints(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--endpoint",
        dest="endpoints",
        action="append",
        default=[],
        metavar="NAME=URL",
        help="where a provider's server is",
    )
    parser.add_argument(
        "--allow-http",
        dest="plain_hosts",
        action="append",
        default=[],
        metavar="HOST",
        help="accept an unencrypted endpoint on this host",
    )


def _add_host(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host-via",
        default="",
        metavar="NAME",
        help="agree to files being put on this host, where the service fetches them from the web",
    )


def _add_timeout(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout", type=_seconds, metavar="S", help="seconds to wait for the home and for holds"
    )


def _source(text: str) -> "Path | Source":
    if not re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE):
        return Path(text)
    from depthstudio.jobs.web_source import source_from_address  # the window needs none of it

    try:
        return source_from_address(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(f"{error}. {error.hint}") from error


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        seconds = float(text)
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    raise argparse.ArgumentTypeError(f"“{text}” is not a number of seconds")


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"“{text}” is not a count")
    return int(text)


def _demo_words(demo: argparse.ArgumentParser) -> None:
    _add_common(demo)
    demo.add_argument("--picture", type=Path, metavar="FILE", help="save what is shown, and end")


def _add_common(parser: argparse.ArgumentParser) -> None:
    add_home(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def add_home(parser: argparse.ArgumentParser) -> None:
    """The option that every way of starting the program knows."""
    parser.add_argument(
        "--home", metavar="DIR", help="keep settings, journal and library in this folder"
    )


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "run": ("run photos through a provider", _run_words),
    "resume": ("go on with what an earlier run left", _resume_words),
    "jobs": ("the queue", _jobs_words),
    "providers": ("what there is, and its parameters", _providers_words),
    "library": ("stored results", _library_words),
    "export": ("write points or depth in another format", _export_words),
    "render": ("draw a picture, without a window", _render_words),
    "selftest": ("see what works on this computer", _add_common),
    "demo": ("run the bundled sample", _demo_words),
}
