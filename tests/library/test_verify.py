import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from depthstudio.core.errors import LibraryError
from depthstudio.core.result import Result
from depthstudio.library import layout, verify
from depthstudio.library.store import Library
from depthstudio.library.verify import Flaw, Problem, verify_library, verify_result

Store = Callable[..., Result]
Unseal = Callable[[Path], Path]


def flaws(folder: Path) -> list[tuple[str, Flaw]]:
    return [(problem.file, problem.flaw) for problem in verify_result(folder)]


def test_a_result_as_it_was_stored_has_no_problems(store: Store) -> None:
    folder = store(1).folder
    (folder / "annotations.json").write_text("{}")
    (folder / ".DS_Store").write_bytes(b"litter")
    assert verify_result(folder) == []


@pytest.mark.parametrize("name", ["scene.glb", "depth.npz", "preview.png", "thumbnail.jpg"])
@pytest.mark.parametrize("place", [0, -1])
def test_a_flipped_byte_of_any_sealed_file_is_found(
    store: Store, unseal: Unseal, name: str, place: int
) -> None:
    result = store(1)
    data = bytearray((result.folder / name).read_bytes())
    data[place] ^= 1
    unseal(result.folder / name).write_bytes(data)
    what = f"{name} has other content than when it was stored"
    assert verify_result(result.folder) == [Problem(result.id, name, Flaw.HASH, what)]


def test_a_flip_anywhere_in_the_manifest_is_found(store: Store, unseal: Unseal) -> None:
    path = unseal(store(1).folder / "manifest.json")
    sealed = path.read_bytes()
    for place in range(0, len(sealed), 9):
        path.write_bytes(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])
        assert flaws(path.parent) == [("manifest.json", Flaw.MANIFEST)], place


def test_missing_extra_cut_and_replaced_files_are_told_apart(store: Store, unseal: Unseal) -> None:
    folder = store(1).folder
    (folder / "scene.glb").unlink()
    (folder / "stranger.exe").write_bytes(b"MZ")
    unseal(folder / "depth.npz").write_bytes(b"PK")
    (folder / "preview.png").unlink()
    (folder / "preview.png").mkdir()
    problems = {problem.file: problem for problem in verify_result(folder)}
    assert {name: problem.flaw for name, problem in problems.items()} == {
        "scene.glb": Flaw.MISSING,
        "depth.npz": Flaw.SIZE,
        "preview.png": Flaw.MISSING,
        "stranger.exe": Flaw.EXTRA,
    }
    assert problems["depth.npz"].what == "depth.npz has 2 bytes instead of 102"
    assert problems["preview.png"].what == "preview.png is no longer a plain file"


def test_a_link_in_place_of_a_sealed_file_is_not_followed(store: Store, tmp_path: Path) -> None:
    scene = store(1).artifacts[0].path
    scene.rename(tmp_path / "elsewhere.glb")
    scene.symlink_to(tmp_path / "elsewhere.glb")
    assert flaws(scene.parent) == [("scene.glb", Flaw.MISSING)]


def test_a_file_that_cannot_be_read_is_a_problem_of_its_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_disk(path: Path) -> str:
        raise OSError(errno.EIO, "Input/output error")

    folder = store(1).folder
    monkeypatch.setattr(verify, "sha256_file", broken_disk)
    problems = verify_result(folder)
    assert {problem.flaw for problem in problems} == {Flaw.UNREADABLE}
    assert problems[0].what == "scene.glb cannot be read: Input/output error"


def test_a_folder_under_another_name_is_a_problem(store: Store) -> None:
    folder = store(1).folder
    other = folder.rename(folder.with_name("20251121-110102-000000beef"))
    assert flaws(other) == [("manifest.json", Flaw.MANIFEST)]


def test_a_library_is_verified_result_by_result(library: Library, store: Store) -> None:
    results = [store(number) for number in (1, 2, 3)]
    results[1].artifacts[0].path.unlink()
    (results[2].folder / "manifest.json").unlink()
    seen: list[tuple[int, int]] = []
    problems = verify_library(library.layout.folder, lambda done, total: seen.append((done, total)))
    assert [(problem.result_id, problem.file) for problem in problems] == [
        (results[1].id, "scene.glb"),
        (results[2].id, "manifest.json"),
    ]
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_library_that_cannot_be_listed_says_so(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(layout.os, "scandir", refuse)
    with pytest.raises(LibraryError, match="The library cannot be listed: Permission denied"):
        verify_library(library.layout.folder)
