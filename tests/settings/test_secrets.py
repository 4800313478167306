"""Where a secret comes from, how long it stays, and that nothing shows it."""

import asyncio
import logging
import pickle
import traceback

import pytest

from depthstudio.core.errors import UsageError
from depthstudio.settings.keychain import KeychainError, KeychainState, SystemKeychain
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.settings.secrets import Secrets, checked_secret
from tests.support.memory_keyring import MemoryKeyring

asynchronous = pytest.mark.anyio

NAME, VARIABLE = "hf_token", "HF_TOKEN"
CANARY = "hf_cAnArYkEyOfTheUser3f9a"


@pytest.fixture
def ring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def secrets(ring: MemoryKeyring) -> Secrets:
    environment = {VARIABLE: " hf_environment \n", "EMPTY": ""}
    return Secrets(environment, SystemKeychain(ring))


@pytest.fixture
def news(secrets: Secrets) -> list[str]:
    heard: list[str] = []
    secrets.changed.connect(heard.append)
    return heard


@asynchronous
async def test_what_the_user_gave_comes_before_what_is_kept_and_that_before_the_environment(
    secrets: Secrets, ring: MemoryKeyring
) -> None:
    await secrets.look_up([NAME])
    assert secrets.get(NAME, VARIABLE) == "hf_environment"
    assert secrets.origin(NAME, VARIABLE) is SecretOrigin.ENVIRONMENT
    assert not secrets.hides(NAME, VARIABLE)

    await secrets.keep(NAME, " hf_kept ")
    assert secrets.get(NAME, VARIABLE) == "hf_kept"
    assert secrets.origin(NAME, VARIABLE) is SecretOrigin.KEYCHAIN
    assert secrets.hides(NAME, VARIABLE)

    secrets.give(NAME, " hf_given ")
    assert secrets.get(NAME, VARIABLE) == "hf_given"
    assert secrets.origin(NAME, VARIABLE) is SecretOrigin.SESSION
    assert ring.kept == {("DepthStudio", NAME): "hf_kept"}


@asynchronous
async def test_what_is_kept_is_there_at_the_next_start(
    secrets: Secrets, ring: MemoryKeyring
) -> None:
    await secrets.keep(NAME, CANARY)
    later = Secrets({}, SystemKeychain(ring))
    assert later.origin(NAME) is SecretOrigin.UNKNOWN
    await later.look_up([NAME])
    assert (later.get(NAME), later.origin(NAME)) == (CANARY, SecretOrigin.KEYCHAIN)


@asynchronous
async def test_keeping_one_replaces_what_was_given_for_the_session(
    secrets: Secrets, news: list[str]
) -> None:
    secrets.give(NAME, "hf_given")
    await secrets.keep(NAME, "hf_kept")
    assert secrets.origin(NAME) is SecretOrigin.KEYCHAIN
    assert news == [NAME, NAME]


@asynchronous
async def test_removing_one_takes_it_out_of_session_and_keychain_and_not_the_environment(
    secrets: Secrets, ring: MemoryKeyring, news: list[str]
) -> None:
    await secrets.keep(NAME, "hf_kept")
    secrets.give(NAME, "hf_given")
    await secrets.remove(NAME)
    assert ring.kept == {}
    assert secrets.get(NAME, VARIABLE) == "hf_environment"
    assert news == [NAME] * 3
    await secrets.remove(NAME)
    assert ring.calls[-1] == ("get", NAME)  # there is nothing left to delete


@asynchronous
async def test_the_keychain_is_asked_once_for_each_name_and_in_a_thread_of_its_own(
    secrets: Secrets, ring: MemoryKeyring, news: list[str]
) -> None:
    ring.kept["DepthStudio", "b"] = "kept"
    MemoryKeyring.threads.clear()
    await asyncio.gather(secrets.look_up(["a", "b"]), secrets.look_up(["b", "c"]))
    await secrets.look_up(["a", "b", "c"])
    assert sorted(ring.calls) == [("get", "a"), ("get", "b"), ("get", "c")]
    assert set(MemoryKeyring.threads) == {"keychain"}
    assert news == ["b"]  # nobody waits for what is not there


@asynchronous
async def test_whoever_no_longer_waits_leaves_the_others_waiting(
    secrets: Secrets, ring: MemoryKeyring
) -> None:
    ring.kept["DepthStudio", NAME] = CANARY
    ring.gate.clear()
    first = asyncio.create_task(secrets.look_up([NAME]))
    second = asyncio.create_task(secrets.look_up([NAME]))
    await asyncio.sleep(0)
    first.cancel()
    ring.gate.set()
    await second
    assert first.cancelled()
    assert secrets.get(NAME) == CANARY
    assert ring.calls == [("get", NAME)]


@asynchronous
async def test_the_end_of_the_program_does_not_wait_for_a_keychain_that_asks_the_user(
    secrets: Secrets, ring: MemoryKeyring
) -> None:
    ring.gate.clear()
    waiting = asyncio.create_task(secrets.look_up([NAME]))
    await asyncio.sleep(0)
    await secrets.aclose()
    await waiting
    assert secrets.origin(NAME, VARIABLE) is SecretOrigin.UNKNOWN
    ring.gate.set()


@asynchronous
async def test_a_locked_keychain_withholds_and_is_asked_anew_only_when_told(
    secrets: Secrets, ring: MemoryKeyring
) -> None:
    ring.kept["DepthStudio", "other"] = CANARY
    ring.is_locked = True
    await secrets.look_up([NAME, "other"])
    await secrets.look_up(["other"])
    assert len(ring.calls) == 1
    assert (secrets.status.state, secrets.status.reason) == (KeychainState.BROKEN, "it is locked")
    assert secrets.origin("other") is SecretOrigin.WITHHELD
    assert secrets.origin(NAME, VARIABLE) is SecretOrigin.WITHHELD

    ring.is_locked = False
    secrets.ask_again()
    await secrets.look_up(["other"])
    assert (secrets.get("other"), secrets.status.state) == (CANARY, KeychainState.OK)


@asynchronous
async def test_what_a_locked_keychain_may_have_is_not_taken_from_the_environment(
    secrets: Secrets, ring: MemoryKeyring
) -> None:
    ring.kept["DepthStudio", NAME] = "hf_kept"
    ring.is_locked = True
    await secrets.look_up([NAME])
    assert secrets.get(NAME, VARIABLE) == ""
    assert secrets.origin(NAME, VARIABLE) is SecretOrigin.WITHHELD
    assert not secrets.hides(NAME, VARIABLE)
    ring.is_locked = False
    secrets.ask_again()
    await secrets.look_up([NAME])
    assert secrets.get(NAME, VARIABLE) == "hf_kept"


@asynchronous
async def test_what_a_locked_keychain_does_not_take_is_still_the_old_one(
    secrets: Secrets, ring: MemoryKeyring
) -> None:
    await secrets.keep(NAME, "hf_kept")
    ring.is_locked = True
    with pytest.raises(KeychainError, match="locked"):
        await secrets.keep(NAME, "hf_new")
    with pytest.raises(KeychainError, match="locked"):
        await secrets.remove(NAME)
    assert secrets.get(NAME) == "hf_kept"
    assert ring.kept == {("DepthStudio", NAME): "hf_kept"}


@asynchronous
async def test_without_a_keychain_secrets_last_as_long_as_the_program() -> None:
    secrets = Secrets({})
    await secrets.look_up([NAME])
    assert secrets.origin(NAME) is SecretOrigin.ABSENT
    assert secrets.status.state is KeychainState.ABSENT
    with pytest.raises(KeychainError, match="not used here"):
        await secrets.keep(NAME, "hf_kept")
    secrets.give(NAME, "hf_given")
    await secrets.remove(NAME)
    assert secrets.origin(NAME) is SecretOrigin.ABSENT


def test_giving_nothing_forgets_it(secrets: Secrets, news: list[str]) -> None:
    secrets.give(NAME, "hf_given")
    secrets.give(NAME, "")

    assert secrets.get(NAME, VARIABLE) == "hf_environment"
    assert news == [NAME, NAME]


def test_a_secret_nobody_gave_is_empty(secrets: Secrets) -> None:
    assert secrets.get("other") == ""
    assert secrets.get("other", "EMPTY") == ""
    assert secrets.masked("other") == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("hf_abcdefghijklmnop3f9a", "hf_ •••• 3f9a"),
        ("0a1b2c3d-1111:9f8e7d6cc41e", "•••• •••• c41e"),
        ("hf_short", "hf_ •••• ••••"),
        ("password", "•••• •••• ••••"),
    ],
)
def test_a_secret_is_told_from_others_by_its_end_and_a_public_prefix_only(
    secrets: Secrets, value: str, shown: str
) -> None:
    secrets.give(NAME, value)
    assert secrets.masked(NAME) == shown


@pytest.mark.parametrize("text", ["two\nlines", "nul\0l", "x" * 2049, "\x1b[31mkey"])
def test_what_cannot_be_a_key_is_refused_and_not_repeated(secrets: Secrets, text: str) -> None:
    with pytest.raises(UsageError) as refused:
        secrets.give(NAME, text)
    assert text not in f"{refused.value} {refused.value.hint} {refused.value.detail}"
    assert secrets.get(NAME) == ""


def test_space_around_a_key_is_left_out() -> None:
    assert checked_secret("  key \r\n") == "key"


@asynchronous
@pytest.mark.parametrize("kept", [True, False])
async def test_it_does_not_show_what_it_holds(
    secrets: Secrets, ring: MemoryKeyring, caplog: pytest.LogCaptureFixture, kept: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    if kept:
        await secrets.keep(NAME, CANARY)
    else:
        secrets.give(NAME, CANARY)
    logging.getLogger().warning("%s %r", secrets, secrets)
    ring.is_full = True
    with pytest.raises(KeychainError) as refused:
        await secrets.keep(NAME, CANARY)
    error = refused.value
    logging.getLogger().error("refused", exc_info=error)
    said = [caplog.text, str(error), error.hint, error.detail, *traceback.format_exception(error)]
    assert NAME in caplog.text
    assert [text for text in said if CANARY in text or "hf_environment" in text] == []
    with pytest.raises((TypeError, AttributeError)):
        pickle.dumps(secrets)  # nor may it be written down whole
