"""What the program remembers between starts, and how old or damaged files are read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from depthstudio.core.address import usable_addresses
from depthstudio.core.errors import SettingsError
from depthstudio.core.record import Json, Record, RecordError, from_plain, to_plain
from depthstudio.formats.whole_file import whole_file
from depthstudio.geometry.colour_maps import DEFAULT_COLOUR_MAP

SCHEMA_VERSION = 1

# From the version it reads to the next one; the first entry comes with version 2.
UPGRADES: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


class ThemeChoice(StrEnum):
    """Light or dark, or whatever the system shows at the moment."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


class AppSettings(Record):
    """The settings. Change them with `msgspec.structs.replace` and save the copy."""

    schema_version: Literal[1] = SCHEMA_VERSION
    theme: ThemeChoice = ThemeChoice.SYSTEM
    colour_map: str = DEFAULT_COLOUR_MAP
    last_provider_id: str = ""
    params_by_provider: dict[str, dict[str, Json]] = msgspec.field(
        default_factory=dict[str, dict[str, Json]]
    )
    endpoints_by_provider: dict[str, dict[str, str]] = msgspec.field(
        default_factory=dict[str, dict[str, str]]
    )
    plain_hosts: tuple[str, ...] = ()  # that may be spoken to without encryption
    agreed_hosts: tuple[str, ...] = ()  # that files may be put on, by id
    host_via: str = ""  # the one of them chosen last
    endpoints_by_host: dict[str, dict[str, str]] = msgspec.field(
        default_factory=dict[str, dict[str, str]]
    )
    ca_file: str = ""  # certificates to trust beside the system's, such as a company's own

    @property
    def own_certificates(self) -> Path | None:
        """Where they are, or None; a `~` is the user's folder."""
        return Path(self.ca_file).expanduser() if self.ca_file.strip() else None

    def host_addresses(self, host_id: str) -> dict[str, str]:
        """The addresses in place of a host's own, but for what is no address to use."""
        return usable_addresses(self.endpoints_by_host.get(host_id, {}), self.plain_hosts)


@dataclass(frozen=True)
class LoadedSettings:
    """Settings as far as they could be read, and what to tell the user ("" when all were)."""

    settings: AppSettings
    problem: str = ""


class _Unreadable(Exception):
    """The file as a whole cannot be used."""


def load_settings(path: Path) -> LoadedSettings:
    """Read the settings. Never fails and never writes: a bad entry, or a bad file, means
    its defaults, and `save_settings` keeps what it then replaces."""
    try:
        values = _upgraded(_document(path))
    except FileNotFoundError:
        return LoadedSettings(AppSettings())
    except _Unreadable as exc:
        return LoadedSettings(AppSettings(), f"The settings start afresh: {exc}")
    good, bad = _sorted_out(values)
    problem = f"Some settings cannot be read and start afresh: {', '.join(bad)}" if bad else ""
    return LoadedSettings(AppSettings(**good), problem)


def save_settings(
    path: Path,
    settings: AppSettings,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Path | None:
    """Write the settings, whole or not at all. Only for who holds the home's lock.

    A file that could not be read in full is renamed, not replaced; its new path is
    returned.

    Raises
    ------
    SettingsError
        when the system refuses; what was in the old file is not lost then
    """
    kept: Path | None = None
    text = json.dumps(to_plain(settings), indent=1, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if load_settings(path).problem:
            kept = path.with_name(f"{path.name}.damaged-{clock():%Y%m%d-%H%M%S}")
            path.replace(kept)
        with whole_file(path) as temporary_path:
            temporary_path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise SettingsError(
            f"The settings could not be saved: {exc.strerror}",
            hint="Check the free space and the permissions of the home folder",
            detail=str(exc),
        ) from exc
    return kept


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise
    except OSError as exc:
        raise _Unreadable(f"{path.name} cannot be read ({exc.strerror})") from exc
    except (ValueError, RecursionError) as exc:
        raise _Unreadable(f"{path.name} is damaged") from exc
    if not isinstance(document, dict):
        raise _Unreadable(f"{path.name} is damaged")
    return cast("dict[str, Any]", document)


def _upgraded(values: dict[str, Any]) -> dict[str, Any]:
    version = values.get("schema_version")
    if not isinstance(version, int) or version < 1:
        raise _Unreadable("their file does not say its version")
    if version > SCHEMA_VERSION:
        raise _Unreadable(f"a newer DepthStudio wrote their file (version {version})")
    for step in range(version, SCHEMA_VERSION):
        values = UPGRADES[step](values)
    return values


def _sorted_out(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The known entries that can be read, and the names of those that cannot, sorted."""
    good: dict[str, Any] = {}
    bad: list[str] = []
    for field in msgspec.structs.fields(AppSettings):
        if field.name in values:
            try:
                good[field.name] = from_plain(field.type, values[field.name])
            except RecordError:
                bad.append(field.name)
    return good, sorted(bad)
