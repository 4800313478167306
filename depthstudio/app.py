"""Builds the objects, connects them and runs the one loop that carries window and network.

Qt is imported inside functions: where a system library is missing, that would end the
process before anybody could say which.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Mapping, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from depthstudio.cli import exit_codes
from depthstudio.cli.output import complain
from depthstudio.cli.parser import add_home
from depthstudio.core.errors import DepthStudioError, HomeBusyError, ParamError
from depthstudio.core.params import Params, validated
from depthstudio.core.system_libraries import require_libraries
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import (
    AppSettings,
    ThemeChoice,
    load_settings,
    save_settings,
)
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import Home, home_from

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from depthstudio.ui.inspector.inspector import ProviderEntry
    from depthstudio.ui.look.theme import Theme
    from depthstudio.ui.window.main_window import MainWindow
    from depthstudio.ui.window.workbench import Workbench

LOG_BYTES = 2_000_000


def main(arguments: Sequence[str]) -> int:
    """Open the window and return the exit status once it is closed."""
    try:
        options = _options(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        # Before Qt: where a library is missing, importing it would end the process.
        require_libraries(display=True)
        return _run(options)
    except HomeBusyError as error:
        complain(error)
        return exit_codes.HOME_BUSY
    except DepthStudioError as error:
        complain(error)
        return exit_codes.NOT_ALL_DONE


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="depthstudio")
    add_home(parser)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    words = list(arguments)
    parser.set_defaults(demo=False, picture=None)
    if words[:1] == ["demo"]:
        words = words[1:]
        parser.set_defaults(demo=True)
        parser.add_argument("--picture", type=Path, metavar="FILE")
    return parser.parse_args(words)


def _run(options: argparse.Namespace) -> int:
    from PySide6.QtWidgets import QApplication

    from depthstudio.ui.viewer3d.opengl import prime_surface_format

    prime_surface_format()
    QApplication.setApplicationName("DepthStudio")
    app = QApplication(sys.argv[:1])
    # The loop ends when main() does, not when the last dialog closes.
    app.setQuitOnLastWindowClosed(False)
    import qasync  # after PySide6, which it then binds to

    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        return loop.run_until_complete(_window(app, options))


async def _window(app: "QApplication", options: argparse.Namespace) -> int:
    """Everything between the first look at the home and the last job put down."""
    home = home_from(options.home)
    async with HomeLock(home, what="window").held():
        keep_log(home)
        session = Session(home, Registry.load())
        try:
            await session.open()
            return await _with_session(app, session, options)
        finally:
            await session.aclose()


async def _with_session(app: "QApplication", session: Session, options: argparse.Namespace) -> int:
    from PySide6.QtCore import QSettings

    from depthstudio.ui.look.icons import Icons
    from depthstudio.ui.look.theme import Theme
    from depthstudio.ui.window.main_window import MainWindow
    from depthstudio.ui.window.workbench import Workbench

    settings_file = session.home.settings_file
    loaded = await asyncio.to_thread(load_settings, settings_file)
    theme = Theme(app, loaded.settings.theme.value)
    window = MainWindow(theme, Icons(theme), session.queue, _entries(session.registry))
    window.inspector.restore(loaded.settings.params_by_provider)
    workbench = Workbench(session, window)
    layout = QSettings(str(session.home.window_file), QSettings.Format.IniFormat)
    window.restore(layout)
    closing = asyncio.Event()
    window.close_requested.connect(closing.set)
    window.painted.connect(window.centre.scene_page.start_loading)
    window.theme_chosen.connect(theme.set_choice)
    if loaded.problem:
        window.status.say(loaded.problem, "caution")
    try:
        window.show()
        if options.files:
            workbench.open_paths(options.files)
        if options.demo:
            return await _demo(window, workbench, closing, options.picture)
        await closing.wait()
    finally:
        window.remember(layout)
        changed = _settings_now(loaded.settings, window, theme, session.registry.ids)
        window.shut_down()
        await workbench.aclose()
        if changed != loaded.settings:
            await asyncio.to_thread(save_settings, settings_file, changed)
    return exit_codes.OK


async def _demo(
    window: "MainWindow", workbench: "Workbench", closing: asyncio.Event, picture: Path | None
) -> int:
    """Run the sample in the window; with `picture`, save what it shows and end."""
    shown = asyncio.Event()
    workbench.shown.connect(lambda title: shown.set())
    workbench.run_sample()
    if picture is None:
        await closing.wait()
        return exit_codes.OK
    await shown.wait()
    await _ready_to_look_at(window)
    image = window.grab().toImage()
    if not await asyncio.to_thread(image.save, str(picture)):
        complain(DepthStudioError(f"{picture} could not be written"))
        return exit_codes.NOT_ALL_DONE
    sys.stdout.write(f"Picture: {picture}\n")
    return exit_codes.OK


async def _ready_to_look_at(window: "MainWindow") -> None:
    """Wait until the 3D view has arrived, or has said why it does not."""
    scene = window.centre.scene_page
    if not scene.is_ready:
        settled = asyncio.Event()
        scene.ready.connect(settled.set)
        scene.failed.connect(lambda text: settled.set())
        await settled.wait()
    await asyncio.sleep(0)


def _entries(registry: Registry) -> "list[ProviderEntry]":
    from depthstudio.ui.inspector.inspector import ProviderEntry

    return [
        ProviderEntry(
            info=provider.info,
            schema=provider.params_type.model_json_schema(),
            validate=lambda values, model=provider.params_type: _problem_in(model, values),
        )
        for provider in registry
    ]


def _problem_in(model: type[Params], values: Mapping[str, Any]) -> ParamError | None:
    try:
        validated(model, values)
    except ParamError as error:
        return error
    return None


def _settings_now(
    settings: AppSettings, window: "MainWindow", theme: "Theme", provider_ids: Sequence[str]
) -> AppSettings:
    return settings.model_copy(
        update={
            "theme": ThemeChoice(theme.choice),
            "last_provider_id": window.inspector.provider_id(),
            "params_by_provider": {
                provider_id: window.inspector.values_for(provider_id)
                for provider_id in provider_ids
            },
        }
    )


def keep_log(home: Home) -> None:
    """Write warnings and worse to the home's log, a few megabytes at most."""
    handler = RotatingFileHandler(
        home.logs_folder / "depthstudio.log", maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("depthstudio").addHandler(handler)
