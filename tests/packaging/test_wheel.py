"""What is installed finds its own files, wherever the checkout is."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
ASK = """
import json, sys
sys.path.insert(0, sys.argv[1])
import depthstudio
from depthstudio.core import resources, system_libraries
print(json.dumps({
    "package": depthstudio.__file__,
    "photo": str(resources.resource("sample", "view_0.jpg")),
    "list": str(resources.resource("debian.txt")),
    "missing": system_libraries.missing_libraries(display=False),
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("depthstudio-*.whl")
    return path


def test_the_wheel_holds_the_sample_and_the_package_list(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        listed = archive.read("depthstudio/_resources/debian.txt")

    shipped = {
        f"depthstudio/_resources/{path.relative_to(CHECKOUT / 'resources').as_posix()}"
        for path in (CHECKOUT / "resources").rglob("*")
        if path.is_file()
    }
    assert "depthstudio/_resources/sample/view_0.jpg" in shipped
    assert shipped <= set(names)
    assert listed == (CHECKOUT / "packaging" / "debian.txt").read_bytes()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith(("tests", "packaging", "resources")) for name in names)


def test_an_installed_wheel_finds_its_own_files(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ASK, str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    answer = json.loads(done.stdout)
    installed = tmp_path / "depthstudio"
    assert Path(answer["package"]).parent == installed
    assert Path(answer["photo"]) == installed / "_resources" / "sample" / "view_0.jpg"
    assert Path(answer["list"]) == installed / "_resources" / "debian.txt"
    assert isinstance(answer["missing"], list)
