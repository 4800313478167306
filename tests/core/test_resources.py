"""Shipped files are found in a checkout. (The wheel: tests/packaging/test_wheel.py.)"""

from pathlib import Path

import pytest

from depthstudio.core import resources
from depthstudio.core.resources import resource, resources_folder

CHECKOUT = Path(__file__).resolve().parents[2]


def test_a_checkout_uses_the_folder_beside_the_package() -> None:
    assert resources_folder() == CHECKOUT / "resources"


def test_a_file_is_found_by_its_parts() -> None:
    path = resource("sample", "view_0.jpg")

    assert path == CHECKOUT / "resources" / "sample" / "view_0.jpg"
    assert path.read_bytes()[:3] == b"\xff\xd8\xff"


def test_the_package_list_is_found_where_a_checkout_keeps_it() -> None:
    assert resource("debian.txt") == CHECKOUT / "packaging" / "debian.txt"


def test_nothing_else_of_a_checkout_passes_for_a_resource() -> None:
    with pytest.raises(FileNotFoundError, match=r"lacks start\.py"):
        resource("start.py")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"This installation lacks sample/no\.jpg"):
        resource("sample", "no.jpg")


def test_an_installed_package_uses_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "depthstudio" / "_resources"
    installed.mkdir(parents=True)
    (installed / "debian.txt").write_text("")
    (tmp_path / "resources").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "depthstudio")

    assert resources_folder() == installed
    assert resource("debian.txt") == installed / "debian.txt"
