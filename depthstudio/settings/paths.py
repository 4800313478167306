"""Where one home keeps its files: in one folder, or where the system wants each of them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from depthstudio.core.errors import SettingsError

HOME_VARIABLE = "DEPTHSTUDIO_HOME"


@dataclass(frozen=True)
class Home:
    """The places of one home. Nothing exists until `make_folders`."""

    settings_file: Path
    servers_file: Path  # what the services' servers offered when they were last seen
    window_file: Path  # sizes and docks, written by the window
    journal_file: Path
    library_folder: Path
    work_folder: Path  # one folder per unfinished job
    logs_folder: Path
    lock_file: Path

    @classmethod
    def at(cls, folder: Path) -> "Home":
        """A home that lies in one folder, as ``--home`` gives it."""
        return cls._of(config=folder, data=folder, logs=folder / "logs")

    @classmethod
    def default(cls) -> "Home":
        """The home of this user, spread over the folders the system has for such files."""
        from platformdirs import PlatformDirs  # a home that is given has no need of it

        folders = PlatformDirs("DepthStudio", appauthor=False)
        return cls._of(
            config=folders.user_config_path,
            data=folders.user_data_path,
            logs=folders.user_log_path,
        )

    @classmethod
    def _of(cls, *, config: Path, data: Path, logs: Path) -> "Home":
        # Absolute: what is written down must not change with the current folder.
        config, data = config.absolute(), data.absolute()
        return cls(
            settings_file=config / "settings.json",
            servers_file=data / "servers.json",
            window_file=config / "window.ini",
            journal_file=data / "journal.db",
            library_folder=data / "library",
            work_folder=data / "work",
            logs_folder=logs.absolute(),
            lock_file=data / "lock",
        )

    @property
    def lock_holder_file(self) -> Path:
        """Says who holds the lock; a file of its own, as Windows shuts others out of `lock`."""
        return self.lock_file.with_name("lock-holder.json")

    def make_folders(self) -> None:
        """Make every folder that is missing. Only for who will write to this home.

        Raises
        ------
        SettingsError
            when the system refuses
        """
        folders = (
            self.settings_file.parent,
            self.lock_file.parent,
            self.library_folder,
            self.work_folder,
            self.logs_folder,
        )
        try:
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise SettingsError(
                f"The home folder cannot be made: {exc.strerror}",
                hint=f"Choose another one with --home or {HOME_VARIABLE}",
                detail=str(exc),
            ) from exc


def home_from(option: str | None, environment: Mapping[str, str] = os.environ) -> Home:
    """The home that was asked for: by ``--home``, else by DEPTHSTUDIO_HOME, else the user's."""
    folder = option or environment.get(HOME_VARIABLE)
    return Home.at(Path(folder).expanduser()) if folder else Home.default()
