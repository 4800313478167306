"""Who asks is shown to the server that is asked, and is found nowhere else."""

import json
import logging
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from depthstudio.cli.main import main
from depthstudio.core.job import JobState, JobStatus
from depthstudio.jobs.order import Order
from depthstudio.settings.app_settings import AppSettings, save_settings
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.services.conftest import OpenService
from tests.support.canaries import SONG
from tests.support.fake_hub import FakeHub
from tests.support.gradio_jobs import CONFIG, DA3, JOIN, SCENE, STREAM, UPLOAD, matching, thing
from tests.support.gradio_servers import ZEROGPU, GradioServer
from tests.support.loopback import Exchange, Loopback

TOKEN = "hf_cAnArYsInGsInThEmInE"
USER, PASSWORD = "painter-canary", f"p4ss wörd/{SONG}&="
NOT_SHOWN = (TOKEN, USER, PASSWORD, PASSWORD.encode().decode("latin-1"), "p4ss")

asynchronous = pytest.mark.anyio


def with_token() -> Secrets:
    return Secrets({"HF_TOKEN": TOKEN})


def with_password(user: str = USER, password: str = PASSWORD) -> Secrets:
    secrets = with_token()
    secrets.give("gradio_user", user)
    secrets.give("gradio_password", password)
    return secrets


def said_in(status: JobStatus) -> str:
    return f"{status.failure} {status.hold} {status.note} {status.progress}"


def assert_nowhere(*texts: str | bytes, home: Home) -> None:
    """No secret in what was said, nor in any file of the home."""
    files = [path for path in home.journal_file.parent.rglob("*") if path.is_file()]
    assert any(path == home.journal_file for path in files)
    found = [
        (secret, place)
        for place, content in [
            *((f"text {number}", text) for number, text in enumerate(texts)),
            *((str(path), path.read_bytes()) for path in files),
        ]
        for secret in NOT_SHOWN
        if secret.encode() in (content.encode() if isinstance(content, str) else content)
    ]
    assert found == []


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.DEBUG)
    return lambda: caplog.text


@pytest.fixture
def elsewhere() -> Generator[Loopback]:
    """Another host, which must not learn who asks."""

    def reply(exchange: Exchange) -> None:
        exchange.answer(200, b"glTF" + b"\0" * 60, Content_Type="model/gltf-binary")

    with Loopback(reply) as loopback:
        yield loopback


@asynchronous
async def test_a_token_is_sent_with_every_request_and_written_down_nowhere(
    da3: GradioServer,
    open_service: OpenService,
    home: Home,
    tmp_path: Path,
    everything_logged: Callable[[], str],
) -> None:
    async with open_service(DA3.provider_id, da3.url, secrets=with_token()) as service:
        save_settings(home.settings_file, AppSettings())
        status = await service.run([thing(tmp_path)], **DA3.values)
        assert status.state is JobState.DONE
        refused = [
            await service.run([thing(tmp_path, (9, 9, number))], **DA3.values)
            for number in range(4)
            if echo(da3, number) is None
        ]

    for request in da3.requests():
        assert request["headers"]["authorization"] == f"Bearer {TOKEN}"
        assert request["headers"]["x-hf-authorization"] == f"Bearer {TOKEN}"
    assert [s.failure.type for s in refused if s.failure] == [
        "AuthError", "ProviderError", "RemoteJobFailed", "BadResponse",
    ]  # fmt: skip
    assert_nowhere(*map(said_in, refused), everything_logged(), home=home)


def echo(server: GradioServer, number: int) -> None:
    """A server that repeats the token in what it complains about, each time in another place."""
    said = json.dumps({"detail": f"Bearer {TOKEN} is no token, {TOKEN}"})
    headers = {"content-type": "application/json"}
    match number:
        case 0:
            server.wire_fault(CONFIG, "answer", status=403, body=said, headers=headers)
        case 1:
            server.wire_fault(UPLOAD, "answer", status=422, body=said, headers=headers)
        case 2:
            server.fault("gradio_demo", "exception", text=f"no quota for {TOKEN}")
        case _:
            server.wire_fault(STREAM, "replace", skip=1, body=f"data: {{{TOKEN}\n\n")


@asynchronous
async def test_a_download_that_leads_to_another_server_here_is_not_followed(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path, elsewhere: Loopback
) -> None:
    away = {"location": f"{elsewhere.url}/scene.glb"}
    da3_seed.wire_fault(SCENE, "answer", status=302, headers=away)
    async with open_service(DA3.provider_id, da3_seed.url, secrets=with_token()) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)

    assert status.failure is not None
    assert "not https to a public host" in status.failure.message
    assert elsewhere.questions == []


@asynchronous
async def test_the_url_a_server_names_for_its_file_is_not_used(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path, elsewhere: Loopback
) -> None:
    old, new = f'"url":"{da3_seed.url}', f'"url":"{elsewhere.url}'
    da3_seed.wire_fault(STREAM, "rewrite", times=None, old=old, new=new)
    async with open_service(DA3.provider_id, da3_seed.url, secrets=with_token()) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)

    assert status.state is JobState.DONE
    assert elsewhere.questions == []


@asynchronous
async def test_a_server_that_leads_elsewhere_is_not_followed(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path, elsewhere: Loopback
) -> None:
    for on in (CONFIG, JOIN):
        da3_seed.wire_fault(on, "answer", status=307, headers={"location": elsewhere.url})
        async with open_service(DA3.provider_id, da3_seed.url, secrets=with_token()) as service:
            status = await service.run([thing(tmp_path)], **DA3.values)
        assert status.state in (JobState.FAILED, JobState.HELD)

    assert elsewhere.questions == []


@asynchronous
async def test_the_hub_gets_the_token_and_a_host_of_its_naming_only_under_its_own_name(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path
) -> None:
    hub = FakeHub("somebody/depth", da3_seed.url)
    with Loopback(hub) as loopback:
        async with open_service(DA3.provider_id, hub.space_id, secrets=with_token()) as service:
            intake = await service.session.take_in([thing(tmp_path)])
            endpoints = {"space": hub.space_id, "hub": loopback.url}
            job = await service.session.add(
                intake.sources, Order(DA3.provider_id, dict(DA3.values), endpoints=endpoints)
            )
            assert (await service.settled(job)).state is JobState.DONE

    assert [q.headers["authorization"] for q in loopback.questions] == [f"Bearer {TOKEN}"]
    assert TOKEN not in str(da3_seed.requests())  # no Space has such a host


@asynchronous
@pytest.mark.parametrize(
    ("secrets", "words"),
    [
        (with_token(), "asks for a name and password"),
        (with_password(password="wrong"), "does not know this name and password"),
        (with_password(user="nobody"), "does not know this name and password"),
    ],
)
async def test_a_server_with_a_password_says_what_it_lacks(
    da3_seed: GradioServer,
    open_service: OpenService,
    tmp_path: Path,
    secrets: Secrets,
    words: str,
) -> None:
    da3_seed.configure(auth=[USER, PASSWORD])
    async with open_service(DA3.provider_id, da3_seed.url, secrets=secrets) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)

    assert status.failure is not None
    assert status.failure.type == "AuthError"
    assert words in status.failure.message
    assert matching(da3_seed, UPLOAD) == []


@asynchronous
async def test_a_server_with_a_password_works_and_the_password_is_written_down_nowhere(
    da3: GradioServer,
    open_service: OpenService,
    home: Home,
    tmp_path: Path,
    everything_logged: Callable[[], str],
) -> None:
    da3.configure(auth=[USER, PASSWORD])
    async with open_service(DA3.provider_id, da3.url, secrets=with_password()) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)
        assert status.state is JobState.DONE
        da3.forget()  # logins too, as after a restart
        status = await service.run([thing(tmp_path, (20, 90, 200))], **DA3.values)
        assert status.state is JobState.DONE

    assert len(matching(da3, "POST /login")) == 2
    assert_nowhere(everything_logged(), home=home)


@asynchronous
async def test_trouble_with_a_login_does_not_repeat_what_was_typed(
    da3_seed: GradioServer, open_service: OpenService, home: Home, tmp_path: Path
) -> None:
    da3_seed.configure(auth=[USER, PASSWORD])
    body = json.dumps({"detail": [{"loc": ["body"], "msg": USER, "input": PASSWORD}]})
    da3_seed.wire_fault("POST /login", "answer", times=None, status=422, body=body)
    async with open_service(DA3.provider_id, da3_seed.url, secrets=with_password()) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)

    assert status.failure is not None
    assert "trouble with the login (422)" in status.failure.message
    assert_nowhere(said_in(status), home=home)


@pytest.mark.parametrize("goes_well", [True, False])
def test_a_command_says_nothing_of_the_token(
    da3_seed: GradioServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    everything_logged: Callable[[], str],
    goes_well: bool,
) -> None:
    home = Home.at(tmp_path / "home")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    if not goes_well:
        da3_seed.refuse("gradio_demo", ZEROGPU["out-of-memory"])
    status = main(
        [
            "run", str(thing(tmp_path)), "--provider", DA3.provider_id, "--json",
            "--home", str(home.journal_file.parent), "--endpoint", f"space={da3_seed.url}",
        ]
    )  # fmt: skip

    said = capfd.readouterr()
    assert status == (0 if goes_well else 1)
    assert da3_seed.requests()[0]["headers"]["authorization"] == f"Bearer {TOKEN}"
    assert_nowhere(said.out, said.err, everything_logged(), home=home)
