"""Finds the files that ship with the program, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def resources_folder() -> Path:
    """The folder with icons, samples and themes: `resources/` beside the package in a
    checkout, `depthstudio/_resources` in a wheel."""
    installed = _PACKAGE / "_resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def resource(*parts: str) -> Path:
    """The path of one shipped file.

    Raises
    ------
    FileNotFoundError
        naming the file, when the installation is incomplete
    """
    path = resources_folder().joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"This installation lacks {'/'.join(parts)}: {path}")
    return path
