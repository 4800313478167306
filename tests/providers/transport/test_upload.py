import asyncio
import email.parser
import email.policy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depthstudio.core.errors import InputError, ProviderError, ServiceUnavailable
from depthstudio.providers.transport.answers import json_answer
from depthstudio.providers.transport.multipart import PIECE_BYTES, Form, part_head
from depthstudio.providers.transport.repeat import repeated
from depthstudio.providers.transport.upload import upload_files
from tests.providers.transport.conftest import FakeReach
from tests.support.loopback import Exchange, Question, Serve


def parts_of(question: Question) -> list[tuple[str, str, bytes]]:
    """Field, file name and content of each part, as another reader of MIME finds them."""
    head = f"Content-Type: {question.headers['content-type']}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + question.body)
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            str(part.get_filename()),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]


def file_of(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.anyio
async def test_files_arrive_with_their_names_and_bytes(
    reach: FakeReach, serve: Serve, tmp_path: Path
) -> None:
    server = serve(lambda exchange: exchange.answer(body=b'["a", "b", "c"]'))
    contents = [b"\r\n--x\r\n", b"", bytes(range(256)) * 9000]
    names = ["a b.png", "empty.bin", "000.jpg"]
    files = [
        (name, file_of(tmp_path / str(number), content))
        for number, (name, content) in enumerate(zip(names, contents, strict=True))
    ]
    told: list[tuple[int, int]] = []
    response = await upload_files(
        reach,
        "Acme",
        f"{server.url}/upload?a=1",
        files,
        params={"upload_id": "7"},
        progress=lambda done, total: told.append((done, total)),
    )
    assert json_answer(response, "Acme") == ["a", "b", "c"]
    question = server.questions[0]
    assert question.path == "/upload?a=1&upload_id=7"
    assert "transfer-encoding" not in question.headers
    assert parts_of(question) == [
        ("files", name, content) for name, content in zip(names, contents, strict=True)
    ]
    assert told[-1] == (len(question.body), len(question.body))
    assert int(question.headers["content-length"]) == len(question.body)


def test_names_are_utf8_and_cannot_end_the_header() -> None:
    head = part_head("files", 'ö "x"\r\nEvil: 1\\.png', "b").decode()
    assert 'filename="ö %22x%22%0D%0AEvil: 1\\\\.png"\r\n' in head
    assert head.count("\r\n") == 4
    part_head("files", "undecodable \udcff.png", "b").decode()


@settings(max_examples=20, deadline=None)
@given(sizes=st.lists(st.integers(0, 5), max_size=4))
def test_the_length_that_is_promised_is_the_length_that_comes(
    sizes: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("files")
    files = [
        (f"{n}", file_of(folder / str(n), bytes(size * PIECE_BYTES // 3 + size)))
        for n, size in enumerate(sizes)
    ]
    form = Form("files", files)
    for _ in range(2):
        pieces = list(form.pieces())
        assert sum(map(len, pieces)) == form.size_bytes
        assert all(len(piece) >= PIECE_BYTES for piece in pieces[:-1])


@pytest.mark.anyio
async def test_a_file_can_be_put_with_fields_before_it(
    reach: FakeReach, serve: Serve, tmp_path: Path
) -> None:
    server = serve(lambda exchange: exchange.answer(body=b"{}"))
    told: list[tuple[int, int]] = []
    await upload_files(
        reach,
        "Acme",
        server.url,
        [("a.mp4", file_of(tmp_path / "a", b"abc"))],
        method="PUT",
        field="file",
        texts={"name": "Zoë", "message": "one\ntwo"},
        progress=lambda done, total: told.append((done, total)),
    )
    (question,) = server.questions
    assert question.method == "PUT"
    assert parts_of(question) == [
        ("name", "None", "Zoë".encode()),
        ("message", "None", b"one\ntwo"),
        ("file", "a.mp4", b"abc"),
    ]
    assert told[-1] == (len(question.body), len(question.body))


@pytest.mark.anyio
async def test_an_upload_that_breaks_is_sent_again_from_the_start(
    reach: FakeReach, serve: Serve, tmp_path: Path
) -> None:
    path = file_of(tmp_path / "a", bytes(3 * PIECE_BYTES))

    def reply(exchange: Exchange) -> None:
        if len(server.questions) == 1:
            exchange.hang_up()
        else:
            exchange.answer(503 if len(server.questions) == 2 else 200, b"[]")

    server = serve(reply)
    response = await repeated(
        reach, "Acme", lambda: upload_files(reach, "Acme", server.url, [("a", path)])
    )
    assert response.status_code == 200
    assert [len(question.body) for question in server.questions] == [
        len(server.questions[0].body)
    ] * 3


@pytest.mark.anyio
@pytest.mark.parametrize("change", [b"", b"longer than before"])
async def test_a_file_that_changes_meanwhile_is_told(
    reach: FakeReach, serve: Serve, tmp_path: Path, change: bytes
) -> None:
    first = file_of(tmp_path / "first", bytes(2 * PIECE_BYTES))
    second = file_of(tmp_path / "second.png", b"before")
    server = serve(lambda exchange: exchange.answer())

    with pytest.raises(InputError, match=r"second\.png changed"):
        await upload_files(
            reach,
            "Acme",
            server.url,
            [("1", first), ("2", second)],
            progress=lambda done, total: file_of(second, change) and None,
        )


@pytest.mark.anyio
async def test_a_file_that_is_gone_is_told_before_anything_is_sent(
    reach: FakeReach, serve: Serve, tmp_path: Path
) -> None:
    server = serve(lambda exchange: exchange.answer())
    with pytest.raises(InputError, match=r"gone\.png cannot be read"):
        await upload_files(reach, "Acme", server.url, [("1", tmp_path / "gone.png")])
    assert server.questions == []


@pytest.mark.anyio
async def test_a_refusal_in_the_middle_is_heard(
    reach: FakeReach, serve: Serve, tmp_path: Path
) -> None:
    path = file_of(tmp_path / "a", bytes(64))
    server = serve(lambda exchange: exchange.answer(413, b"File size exceeded 5 bytes."))
    with pytest.raises(ProviderError, match=r"too large \(413\): File size exceeded 5 bytes"):
        await upload_files(reach, "Acme", server.url, [("a", path)])


@pytest.mark.anyio
async def test_a_cancel_in_the_middle_closes_the_file_and_the_connection(
    reach: FakeReach, serve: Serve, tmp_path: Path
) -> None:
    path = file_of(tmp_path / "a", bytes(64 * PIECE_BYTES))
    server = serve(lambda exchange: exchange.answer())
    begun = asyncio.Event()
    told: list[int] = []

    def progress(done: int, total: int) -> None:
        told.append(done)
        begun.set()

    task = asyncio.create_task(
        upload_files(reach, "Acme", server.url, [("a", path)], progress=progress)
    )
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    count = len(told)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(told) == count
    path.unlink()


@pytest.mark.anyio
async def test_a_server_that_is_not_there_is_told(reach: FakeReach, tmp_path: Path) -> None:
    path = file_of(tmp_path / "a", b"x")
    with pytest.raises(ServiceUnavailable) as caught:
        await upload_files(reach, "Acme", "http://127.0.0.1:9", [("a", path)])
    assert not caught.value.may_have_run


MEASURED = """
import asyncio, resource, sys, time
from collections.abc import Callable
from pathlib import Path
from tests.providers.transport.conftest import FakeReach
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.providers.transport.upload import upload_files

async def main(url, small, large):
    clients = HttpClients()
    reach = FakeReach(await clients.client("acme"))
    await upload_files(reach, "Acme", url, [("s", Path(small))])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gaps, last = [0.0], time.perf_counter()
    task = asyncio.create_task(upload_files(reach, "Acme", url, [("l", Path(large))]))
    while not task.done():
        await asyncio.sleep(0.005)
        gaps.append(time.perf_counter() - last - 0.005)
        last = time.perf_counter()
    await task
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await clients.aclose()
    print((after - before) // 1024, round(max(gaps) * 1000))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="measures memory as POSIX does")
def test_two_hundred_megabytes_need_little_memory(
    serve: Serve, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    server = serve(lambda exchange: exchange.answer(body=b"[]"), keeps_bodies=False)
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(200_000_000)
    small = file_of(tmp_path / "small.mp4", bytes(PIECE_BYTES))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, server.url, str(small), str(large)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    grown_mib, longest_gap_ms = map(int, done.stdout.split())
    record_property("longest_gap_ms", longest_gap_ms)
    assert int(server.questions[1].headers["content-length"]) > 200_000_000
    assert grown_mib < 40
