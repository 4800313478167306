import errno
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.digest import sha256_file
from depthstudio.core.errors import LibraryError
from depthstudio.core.result import Result
from depthstudio.formats.image import read_photo
from depthstudio.library import incoming, store
from depthstudio.library.annotations import Annotations
from depthstudio.library.index_file import IndexFile
from depthstudio.library.manifest import ResultDraft
from depthstudio.library.store import Library
from depthstudio.library.thumbnail import picture_for_thumbnail
from tests.support.videos import frame_picture, write_video

MakeDraft = Callable[..., ResultDraft]
Store = Callable[..., Result]


def everything_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_stored_result_lies_in_the_folder_of_its_month(
    library: Library, make_draft: MakeDraft, artifacts: Sequence[Artifact]
) -> None:
    result = library.store(make_draft(7), artifacts)
    assert result.folder == library.layout.folder / "results/202511/20251121-110107-0000000007"
    assert sorted(path.name for path in result.folder.iterdir()) == [
        "depth.npz",
        "manifest.json",
        "preview.png",
        "scene.glb",
        "thumbnail.jpg",
    ]
    assert [path.name for path in library.layout.folder.iterdir() if "incoming" in path.name] == []


def test_what_is_stored_is_what_comes_back(library: Library, store: Store) -> None:
    result = store(1)
    again = Library(library.layout.folder).get(result.id)
    assert again == result
    assert again.params == {"depth": 0.5, "curve": "linear"}
    assert [a.role for a in again.artifacts] == [Role.SCENE, Role.RAW_DEPTH, Role.PREVIEW]


def test_artifacts_are_copied_byte_for_byte_and_stay_where_they_were(
    store: Store, artifacts: Sequence[Artifact]
) -> None:
    for sealed, original in zip(store(1).artifacts, artifacts, strict=True):
        assert sealed.path.read_bytes() == original.path.read_bytes()
        assert sha256_file(sealed.path) == original.sha256


@pytest.mark.skipif(os.name != "posix", reason="Windows cannot flush folders")
def test_every_file_and_folder_is_flushed_to_disk(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: set[int] = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: flushed.add(os.fstat(descriptor).st_ino))
    folder = store(1).folder
    for path in [*folder.iterdir(), folder, folder.parent, folder.parents[1], folder.parents[2]]:
        assert path.stat().st_ino in flushed, path


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_sealed_files_are_read_only(store: Store) -> None:
    modes = {path.stat().st_mode & 0o777 for path in store(1).folder.iterdir()}
    assert modes == {0o444}


def test_the_thumbnail_is_a_small_jpeg_of_the_preview(store: Store) -> None:
    thumbnail = store(1).thumbnail
    assert thumbnail is not None
    with Image.open(thumbnail) as picture:
        assert (picture.format, picture.size) == ("JPEG", (320, 200))
        assert list(picture.resize((1, 1)).tobytes()) == pytest.approx([200, 120, 40], abs=5)


def test_a_photo_serves_where_there_is_no_preview(
    library: Library, make_draft: MakeDraft, artifacts: Sequence[Artifact]
) -> None:
    photo = replace(artifacts[2], role=Role.PHOTO)
    assert library.store(make_draft(1), [photo]).thumbnail is not None


def test_without_a_picture_there_is_no_thumbnail_and_no_warning(
    library: Library, make_draft: MakeDraft, artifacts: Sequence[Artifact]
) -> None:
    result = library.store(make_draft(1), artifacts[:2])
    assert (result.thumbnail, result.warnings) == (None, ())
    (summary,) = library.summaries()
    assert library.thumbnail(summary) is None


def test_a_picture_that_cannot_be_read_costs_only_the_thumbnail(
    library: Library, make_draft: MakeDraft, tmp_path: Path
) -> None:
    (tmp_path / "preview.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    artifact = Artifact.of(tmp_path / "preview.png", Role.PREVIEW, "image/png")
    result = library.store(make_draft(1, warnings=("One frame was skipped",)), [artifact])
    assert result.thumbnail is None
    assert result.warnings[0] == "One frame was skipped"
    assert result.warnings[1].startswith("No thumbnail could be made from preview.png")
    assert library.get(result.id) == result


def test_names_from_a_service_are_made_harmless_and_unique(
    library: Library, make_draft: MakeDraft, tmp_path: Path
) -> None:
    named: list[Artifact] = []
    for folder, name in [("a", "manifest.json"), ("b", "Scene.glb"), ("c", "scene.glb")]:
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / name
        path.write_text(folder)
        named.append(Artifact.of(path, Role.LOG, "text/plain"))
    result = library.store(make_draft(1), named)
    assert [artifact.path.name for artifact in result.artifacts] == [
        "manifest-2.json",
        "Scene.glb",
        "scene-2.glb",
    ]
    assert [artifact.path.read_text() for artifact in result.artifacts] == ["a", "b", "c"]


@pytest.mark.parametrize("change", [b"other bytes, other length", bytes(102)])
def test_an_artifact_that_changed_is_refused_and_nothing_is_left(
    library: Library, make_draft: MakeDraft, artifacts: Sequence[Artifact], change: bytes
) -> None:
    artifacts[1].path.write_bytes(change)
    with pytest.raises(LibraryError, match=r"depth\.npz changed before it could be stored"):
        library.store(make_draft(1), artifacts)
    assert everything_in(library.layout.folder) == []


def test_a_stored_result_is_never_overwritten(
    library: Library, make_draft: MakeDraft, artifacts: Sequence[Artifact]
) -> None:
    library.store(make_draft(1), artifacts)
    before = everything_in(library.layout.folder)
    with pytest.raises(LibraryError, match="in the library already"):
        library.store(make_draft(1, name="Another"), artifacts[:1])
    assert everything_in(library.layout.folder) == before


def test_a_result_is_there_from_the_rename_on(
    library: Library, make_draft: MakeDraft, artifacts: Sequence[Artifact]
) -> None:
    draft = make_draft(1)
    assert not library.has(draft.id)
    library.store(draft, artifacts)
    assert library.has(draft.id)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EROFS, "Allow this user to write"),
        (errno.EIO, "Check the disk"),
    ],
)
def test_a_disk_that_refuses_leaves_nothing_and_says_what_to_do(
    library: Library,
    make_draft: MakeDraft,
    artifacts: Sequence[Artifact],
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    hint: str,
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(incoming.os, "fsync", refuse)
    with pytest.raises(LibraryError, match="“Vase 1” could not be stored") as caught:
        library.store(make_draft(1), artifacts)
    assert caught.value.hint.startswith(hint)
    assert everything_in(library.layout.folder) == []


def test_an_interrupted_store_leaves_a_folder_that_recover_sweeps(
    library: Library,
    make_draft: MakeDraft,
    artifacts: Sequence[Artifact],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    def nothing(folder: Path) -> None: ...

    with monkeypatch.context() as patch:
        patch.setattr(incoming, "encode_manifest", power_cut)
        patch.setattr(store, "_delete_if_possible", nothing)
        with pytest.raises(KeyboardInterrupt):
            library.store(make_draft(1), artifacts)
    assert library.layout.leftovers() == [library.layout.folder / f".incoming-{make_draft(1).id}"]
    assert (library.has(make_draft(1).id), library.count()) == (False, 0)
    assert library.recover().swept == 1
    assert library.layout.leftovers() == []


def test_storing_again_after_an_interruption_starts_from_an_empty_folder(
    library: Library, make_draft: MakeDraft, artifacts: Sequence[Artifact]
) -> None:
    leftover = library.layout.incoming_folder(make_draft(1).id)
    leftover.mkdir(parents=True)
    (leftover / "half.glb").write_bytes(b"half")
    result = library.store(make_draft(1), artifacts)
    assert not (result.folder / "half.glb").exists()


def test_a_crash_between_rename_and_index_loses_nothing(
    library: Library,
    make_draft: MakeDraft,
    artifacts: Sequence[Artifact],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library.store(make_draft(1), artifacts)
    with monkeypatch.context() as patch:
        patch.setattr(IndexFile, "change", lambda index_file, action: None)
        library.store(make_draft(2), artifacts)
    afterwards = Library(library.layout.folder)
    assert afterwards.count() == 2  # a reader sees it although the file lacks the row
    afterwards.recover()
    assert [summary.name for summary in afterwards.summaries()] == ["Vase 2", "Vase 1"]


def test_removing_takes_the_folder_the_row_and_the_answer(library: Library, store: Store) -> None:
    told: list[str] = []
    library.removed.connect(told.append)
    result = store(1)
    library.remove(result.id)
    assert told == [result.id]
    assert (library.has(result.id), library.count()) == (False, 0)
    assert library.find_by_key(result.key) is None
    assert list(library.layout.folder.rglob("*.glb")) == []


def test_removing_what_is_not_there_says_so(library: Library) -> None:
    with pytest.raises(LibraryError, match="There is no result"):
        library.remove("20251121-000000-ffffffffff")


def test_files_the_system_will_not_delete_are_gone_from_the_list_and_swept_later(
    library: Library, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = store(1)

    def in_use(folder: Path) -> None:
        if folder.exists():
            raise PermissionError(errno.EACCES, "in use")

    with monkeypatch.context() as patch:
        patch.setattr("depthstudio.library.store.delete_folder", in_use)
        library.remove(result.id)
    assert library.count() == 0
    assert library.recover().swept == 1


def test_listeners_hear_of_additions_and_changes(library: Library, store: Store) -> None:
    added: list[Result] = []
    changed: list[Result] = []
    library.added.connect(added.append)
    library.changed.connect(changed.append)
    result = store(1)
    renamed = library.annotate(result.id, Annotations(name="Urn"))
    assert (added, changed) == ([result], [renamed])


def test_results_stored_from_several_threads_all_arrive(
    library: Library, make_draft: MakeDraft, artifacts: Sequence[Artifact]
) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: library.store(make_draft(n), artifacts), range(12)))
    assert library.count() == 12
    assert library.size_bytes() == 12 * sum(
        path.stat().st_size
        for path in library.get(make_draft(0).id).folder.iterdir()
        if path.name != "manifest.json"
    )


def test_an_id_that_leads_out_of_the_library_is_refused(library: Library) -> None:
    with pytest.raises(LibraryError, match="is not the id of a result"):
        library.has("../../../etc")


def test_recovering_a_library_that_cannot_be_written_says_so(
    library: Library,
) -> None:
    library.layout.folder.write_text("a file where the folder should be")
    with pytest.raises(LibraryError, match="The library could not be opened"):
        library.recover()


@pytest.mark.parametrize("kind", ["image/jpeg", "model/gltf-binary"])
def test_only_a_picture_serves_for_the_thumbnail(
    library: Library, make_draft: MakeDraft, artifacts: Sequence[Artifact], kind: str
) -> None:
    preview = replace(artifacts[2], media_type=kind)
    result = library.store(make_draft(1), [preview])
    assert (result.thumbnail is not None) == kind.startswith("image/")
    library.remove(result.id)


def test_the_first_frame_of_a_video_serves_where_there_is_no_picture(
    library: Library, make_draft: MakeDraft, artifacts: Sequence[Artifact], tmp_path: Path
) -> None:
    film = Artifact.of(write_video(tmp_path / "film.mp4"), Role.VIDEO, "video/mp4")
    result = library.store(make_draft(1), [film])
    assert result.thumbnail is not None
    assert np.abs(read_photo(result.thumbnail).astype(int) - frame_picture(0)).mean() < 12
    assert picture_for_thumbnail([film, artifacts[2]]) == artifacts[2]


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_removing_follows_no_link_out_of_the_folder(
    library: Library, store: Store, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.glb"
    outside.write_bytes(b"keep me")
    outside.chmod(0o400)
    result = store(1)
    (result.folder / "link.glb").symlink_to(outside)
    library.remove(result.id)
    assert outside.read_bytes() == b"keep me"
    assert outside.stat().st_mode & 0o777 == 0o400
