"""Finds the files that ship with the program, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]

# Shipped as a resource, but kept where a checkout's visitors look for it.
# pyproject.toml puts it into the wheel under the same name.
_KEPT_ELSEWHERE = {"debian.txt": Path("packaging", "debian.txt")}


def resources_folder() -> Path:
    """The folder with icons, samples and themes: `resources/` beside the package in a
    checkout, `depthstudio/_resources` in a wheel."""
    installed = _PACKAGE / "_resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def resource(*parts: str) -> Path:
    """The path of one shipped file or folder, such as `resource("sample", "view_0.jpg")`.

    Raises
    ------
    FileNotFoundError
        naming the file, when the installation is incomplete
    """
    name = "/".join(parts)
    path = resources_folder().joinpath(*parts)
    if not path.exists() and name in _KEPT_ELSEWHERE:
        path = _PACKAGE.parent / _KEPT_ELSEWHERE[name]
    if not path.exists():
        raise FileNotFoundError(f"This installation lacks {name}: {path}")
    return path
