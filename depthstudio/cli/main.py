"""Reads the command line and hands over to the command it names."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Sequence

from depthstudio.cli import exit_codes
from depthstudio.cli.complaint import complain
from depthstudio.cli.output import accept_any_text
from depthstudio.cli.parser import build_parser
from depthstudio.core.errors import DepthStudioError, HomeBusyError, ParamError, UsageError
from depthstudio.providers.registry import Registry

Command = Callable[[argparse.Namespace, Registry], int]


def main(arguments: Sequence[str], registry: Registry | None = None) -> int:
    """Run one command and return the process's exit status."""
    accept_any_text()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        options = build_parser().parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    if options.command is None:
        build_parser().print_help()
        return exit_codes.USAGE
    try:
        known = Registry.load() if registry is None else registry
        return _command(options.command)(options, known)
    except HomeBusyError as error:
        complain(error)
        return exit_codes.HOME_BUSY
    except (UsageError, ParamError) as error:
        complain(error)
        return exit_codes.USAGE
    except DepthStudioError as error:
        complain(error)
        return exit_codes.NOT_ALL_DONE
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.stderr.write("depthstudio: interrupted; `depthstudio resume` goes on from here\n")
        return exit_codes.INTERRUPTED


def _command(name: str) -> Command:
    """Import only the command that runs: a listing must not wait for a renderer."""
    if name == "run":
        from depthstudio.cli import run

        return run.run
    if name == "resume":
        from depthstudio.cli import resume

        return resume.resume
    if name == "jobs":
        from depthstudio.cli import jobs

        return jobs.jobs
    if name == "providers":
        from depthstudio.cli import providers

        return providers.providers
    if name == "library":
        from depthstudio.cli import library

        return library.library
    if name in ("export", "render"):
        from depthstudio.cli import pictures

        return pictures.export if name == "export" else pictures.render
    if name == "demo":
        from depthstudio.cli import demo

        return demo.demo
    from depthstudio.cli import selftest

    return selftest.selftest
