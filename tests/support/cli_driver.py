"""Command lines in a process of its own, with the scripted service among the providers.

Called with the service's address and a JSON list of command lines. Runs them one after the
other and writes, as the last line on standard error, each one's exit status and which Qt
modules were loaded after it.
"""

import json
import sys

from depthstudio.cli.main import main
from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.registry import Registry
from tests.support.scripted_provider import scripted_at

QT = ("PySide6", "shiboken6", "qasync", "pyvistaqt", "qtawesome")


def loaded_qt() -> list[str]:
    return sorted(name for name in sys.modules if name.partition(".")[0] in QT)


def run(url: str, command_lines: list[list[str]]) -> list[tuple[int, list[str]]]:
    registry = Registry([scripted_at(url), ReliefProvider()])
    return [(main(words, registry), loaded_qt()) for words in command_lines]


if __name__ == "__main__":
    ran = run(sys.argv[1], json.loads(sys.argv[2]))
    sys.stderr.write("\n" + json.dumps(ran))
    sys.exit(ran[-1][0])
