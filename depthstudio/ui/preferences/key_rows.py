"""What the Keys page says of each service and host, without widgets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from depthstudio.core.address import HUB_HOST, SPACE_ID, host_of
from depthstudio.core.errors import AuthError
from depthstudio.core.job import Hold, HoldKind
from depthstudio.providers.base import ProviderInfo, Secret
from depthstudio.providers.hosting.base import HostInfo
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.settings.secrets import Secrets
from depthstudio.ui.parts.amounts import ago_text
from depthstudio.ui.preferences.test_news import TestNews
from depthstudio.ui.queue.words import hold_text

HOST_ROW = "host:"  # what the ids of the rows of hosts begin with
HOST_ICON = "cloud-upload-outline"
NO_KEY = "–"


@dataclass(frozen=True)
class RowState:
    """How a connection is: icon, word, the token of their colour, and a remark."""

    icon: str
    word: str
    tone: str
    note: str = ""


@dataclass(frozen=True)
class KeyRow:
    """One line of the table.

    id : of the provider; of a host, see `host_row_id`
    place : where its servers are
    tested_id : the provider whose test tells whether the key is good; "" where there is none
    same_as : the title of the service above that has the same key; empty if none has
    can_test : there is a test, and nothing is missing for it
    """

    id: str
    title: str
    place: str
    icon: str
    secrets: tuple[Secret, ...]
    tested_id: str
    same_as: str = ""
    is_local: bool = False
    can_test: bool = False
    key: str = ""
    state: RowState = RowState("", "", "text2")

    @property
    def first_secret(self) -> Secret | None:
        """The one that the line is about."""
        return self.secrets[0] if self.secrets else None

    @property
    def spoken(self) -> str:
        """The whole line, for who hears it."""
        parts = (self.title, self.place, self.key, self.state.word, self.state.note)
        return ", ".join(part for part in parts if part and part != NO_KEY)


@dataclass(frozen=True)
class Known:
    """What the rows are made of: the state of things at one moment."""

    secrets: Secrets
    news: Callable[[str], TestNews | None]
    holds: Mapping[str, Hold]
    endpoints: Callable[[str], Mapping[str, str]]  # that the user chose, by the id of a row
    now: datetime


def rows_of(
    providers: Iterable[ProviderInfo], hosts: Iterable[HostInfo], known: Known
) -> list[KeyRow]:
    """A row for every provider and host, in their order."""
    rows: list[KeyRow] = []
    infos: dict[str, ProviderInfo] = {}
    for info in providers:
        infos[info.id] = info
        rows.append(_provider_row(info, rows, known))
    rows += [_host_row(host, rows, known) for host in hosts]
    return [_told(row, infos.get(row.tested_id), known) for row in rows]


def _provider_row(info: ProviderInfo, above: Sequence[KeyRow], known: Known) -> KeyRow:
    return KeyRow(
        id=info.id,
        title=info.title,
        place=_place(info, known.endpoints(info.id)),
        icon=info.icon,
        secrets=info.secrets,
        tested_id="" if info.runs_locally else info.id,
        same_as=_same(info.secrets, above),
        is_local=info.runs_locally,
    )


def host_row_id(host_id: str) -> str:
    """The id of the row of a host."""
    return f"{HOST_ROW}{host_id}"


def host_of_row(row_id: str) -> str:
    """The id of the host that a row is about; empty for that of a provider."""
    return row_id.removeprefix(HOST_ROW) if row_id.startswith(HOST_ROW) else ""


def _host_row(host: HostInfo, above: Sequence[KeyRow], known: Known) -> KeyRow:
    same = _first_with(host.secrets, above)
    row_id = host_row_id(host.id)
    address = next(iter(host.addresses(known.endpoints(row_id)).values()), "")
    return KeyRow(
        id=row_id,
        title=host.title,
        place=host_of(address) if address else _tr("puts files on the web"),
        icon=HOST_ICON,
        secrets=host.secrets,
        tested_id=same.tested_id if same else "",
        same_as=same.title if same else "",
    )


def _place(info: ProviderInfo, chosen: Mapping[str, str]) -> str:
    if info.runs_locally:
        return _tr("built in")
    first = info.addresses(chosen).get(next(iter(info.endpoints), ""), "")
    if not first:
        return _tr("no address yet")
    return HUB_HOST if SPACE_ID.fullmatch(first) else host_of(first)


def _same(secrets: Sequence[Secret], above: Sequence[KeyRow]) -> str:
    row = _first_with(secrets, above)
    return row.title if row else ""


def _first_with(secrets: Sequence[Secret], above: Sequence[KeyRow]) -> KeyRow | None:
    if not secrets:
        return None
    return next((r for r in above if r.first_secret and r.first_secret == secrets[0]), None)


def _told(row: KeyRow, info: ProviderInfo | None, known: Known) -> KeyRow:
    lacking = _lacking(row, known.secrets) or _addressless(info, known)
    return replace(
        row,
        key=_key_words(row, known.secrets),
        state=_state(row, lacking, known),
        can_test=bool(row.tested_id) and lacking is None,
    )


def _key_words(row: KeyRow, secrets: Secrets) -> str:
    first = row.first_secret
    if first is None:
        return NO_KEY
    if row.same_as:
        return _tr("same as {service}").format(service=row.same_as)
    match secrets.origin(first.name, first.variable):
        case SecretOrigin.SESSION | SecretOrigin.KEYCHAIN:
            return secrets.masked(first.name, first.variable)
        case SecretOrigin.ENVIRONMENT:
            return _tr("from the environment")
        case SecretOrigin.ABSENT:
            return _tr("not set") if first.is_needed else first.absent or _tr("not set")
        case _:
            return NO_KEY


def _state(row: KeyRow, lacking: RowState | None, known: Known) -> RowState:
    if row.is_local:
        return RowState(
            "check-circle-outline", _tr("Not needed"), "text2", _tr("runs on this computer")
        )
    news = known.news(row.tested_id) if row.tested_id else None
    if news is not None and news.is_busy:
        return RowState("progress-clock", _tr("Testing…"), "accent")
    if lacking is not None:
        return lacking
    if news is not None:
        return _tested(news, known.holds.get(row.tested_id), known.now)
    if not row.secrets:
        return RowState("help-circle-outline", _tr("No key needed"), "text2", _tr("not tested"))
    return RowState("help-circle-outline", _tr("Not tested"), "text2", _kept_words(row, known))


def _lacking(row: KeyRow, secrets: Secrets) -> RowState | None:
    """What keeps a service from being asked at all."""
    for secret in row.secrets:
        match secrets.origin(secret.name, secret.variable):
            case SecretOrigin.UNKNOWN:
                return RowState("progress-clock", _tr("Looking"), "text2", _tr("in the keychain"))
            case SecretOrigin.WITHHELD if secret == row.first_secret:
                reason = _tr("keychain: {reason}").format(reason=secrets.status.reason)
                return RowState("lock-alert-outline", _tr("Not known"), "held", reason)
            case SecretOrigin.ABSENT if secret.is_needed:
                waits = _tr("jobs wait until then")
                return RowState("key-alert-outline", _tr("Needs a key"), "held", waits)
            case _:
                pass
    return None


def _addressless(info: ProviderInfo | None, known: Known) -> RowState | None:
    if info is None or not info.missing_address(known.endpoints(info.id)):
        return None
    waits = _tr("jobs wait until then")
    return RowState("alert-outline", _tr("Needs an address"), "held", waits)


def _tested(news: TestNews, hold: Hold | None, now: datetime) -> RowState:
    if news.trouble is not None:
        if isinstance(news.trouble, AuthError):
            status = f" ({news.trouble.status})" if news.trouble.status else ""
            refused = _tr("key not accepted{status}").format(status=status)
            return RowState("alert-circle", _tr("Refused"), "failed", refused)
        return RowState("alert-circle", _tr("Failed"), "failed", str(news.trouble))
    health = news.health
    if health is None or not health.ok:
        return RowState("alert-circle", _tr("Failed"), "failed", health.message if health else "")
    if hold is not None and hold.kind is HoldKind.SERVICE:
        return RowState("check-circle", _tr("Works"), "done", hold_text(hold, now))
    parts = [ago_text(news.at, now)]
    if health.latency_s is not None:
        parts.insert(0, f"{round(health.latency_s * 1000)}\N{NO-BREAK SPACE}ms")
    return RowState("check-circle", _tr("Works"), "done", ", ".join(parts))


def _kept_words(row: KeyRow, known: Known) -> str:
    first = row.first_secret
    if first is None:
        return ""
    match known.secrets.origin(first.name, first.variable):
        case SecretOrigin.SESSION:
            return _tr("until the program ends")
        case SecretOrigin.KEYCHAIN:
            return _tr("in the system keychain")
        case SecretOrigin.ENVIRONMENT:
            return first.variable
        case _:
            return ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("KeysPage", text)
