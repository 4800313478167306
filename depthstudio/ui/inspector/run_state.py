"""What the Run box says about the chosen inputs: sentences and reasons, without widgets."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from depthstudio.core.address import host_of
from depthstudio.core.job import Source
from depthstudio.providers.accepting import needs_host, refusal
from depthstudio.providers.base import ProviderInfo
from depthstudio.ui.inspector.entry import Plan
from depthstudio.ui.parts.amounts import counted_text, film_text, size_text

STAYS_HERE = "Stays on this computer"
_NOUNS = {"image": ("photo", "photos"), "video": ("video", "videos")}
_FILE = ("file", "files")


@dataclass(frozen=True)
class RunState:
    """Everything the Run box shows.

    what : what would run, "12 photos, 38 MB"; empty when there is nothing yet
    where : where it goes; empty when there is nothing to go
    sentence : the full sentence on the button
    short_sentence : the same without what the rest of the box says, for a narrow button
    reason : why it cannot run; empty when it can
    cost : what it costs, in the provider's words
    leaves_computer : whether anything is sent
    offers_grouping : whether the user may choose between one scene and one job each
    one_scene : which of the two holds
    is_known : the library already has this result; known_note : and since when, in words
    has_host : whether files are put on a host first, which the user may choose
    forecast : what a run would send, in the provider's words
    """

    what: str = ""
    where: str = ""
    sentence: str = "Run"
    short_sentence: str = "Run"
    reason: str = ""
    cost: str = ""
    leaves_computer: bool = False
    offers_grouping: bool = False
    one_scene: bool = True
    is_known: bool = False
    known_note: str = ""
    has_host: bool = False
    forecast: str = ""


def run_state(
    info: ProviderInfo,
    sources: Sequence[Source],
    *,
    one_scene: bool,
    wrong_param: str = "",
    missing_secret: str = "",
    endpoints: Mapping[str, str] | None = None,
    plan: Callable[[Sequence[Source]], Plan] = lambda sources: Plan(),
    is_known: bool = False,
    known_when: str = "",
    host_title: str = "",
) -> RunState:
    """Put the chosen provider and inputs in words.

    wrong_param, missing_secret : the label of what keeps it from running, or empty
    endpoints : the addresses in place of the provider's own
    plan : what a run of one group of sources would be
    known_when : the moment of the result that the library has, in words
    host_title : the host that files may be put on; empty while the user agreed to none
    """
    offers_grouping = info.max_sources > 1 and len(sources) > 1
    as_scene = offers_grouping and one_scene
    missing = _missing_address(info, endpoints or {})
    missing = missing or (f"the {missing_secret}" if missing_secret else "")
    reason = _reason(info, sources, as_scene, wrong_param, missing)
    group_count = 1 if as_scene else len(sources)
    # What each of several jobs would send is not what all of them would.
    planned = plan(sources if group_count <= 1 else sources[:1])
    short = f"Run {_counted(sources)}" if sources else "Run"
    sentence = short + (_grouping(as_scene) if offers_grouping else "")
    if sources and planned.job_count > 1:
        short = sentence = f"Run {group_count * planned.job_count} jobs"
    return RunState(
        what=describe(sources),
        where=_where(info, sources, endpoints or {}, host_title) if sources else "",
        sentence=sentence,
        short_sentence=short,
        reason=reason,
        cost=info.price,
        leaves_computer=not info.runs_locally,
        offers_grouping=offers_grouping,
        one_scene=one_scene,
        is_known=is_known and not reason,
        known_note=_known_note(sources, known_when),
        has_host=needs_host(info, sources),
        forecast=planned.forecast if group_count <= 1 and not reason else "",
    )


def describe(sources: Sequence[Source]) -> str:
    """Count, kind and size: "12 photos, 38 MB", "1 video · 24 fps · 240 frames, 12 MB"."""
    if not sources:
        return ""
    what = " · ".join(filter(None, [_counted(sources), _film(sources)]))
    if all(source.is_remote for source in sources):
        return f"{what} from {_listed(_places(sources), 'and')}"
    size = size_text(sum(source.size_bytes for source in sources))
    here = " of it here" if any(source.is_remote for source in sources) else ""
    return f"{what}, {size}{here}"


def hosts(info: ProviderInfo, endpoints: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The hosts that the files of a job go to, each once."""
    where = info.addresses(endpoints)
    asked = (where[name] for name in info.endpoints if name not in info.asks_only)
    return tuple(dict.fromkeys(host_of(address) for address in asked if address))


def _grouping(as_scene: bool) -> str:
    return " as one scene" if as_scene else ", one job each"


def _reason(
    info: ProviderInfo,
    sources: Sequence[Source],
    as_scene: bool,
    wrong_param: str,
    missing: str,
) -> str:
    if not sources:
        return f"Add {_any_of(info.accepts)} first"
    if words := refusal(info, sources):
        return words
    if as_scene and len(sources) > info.max_sources:
        return f"One scene holds at most {info.max_sources}: choose fewer, or one job each"
    if wrong_param:
        return f"Correct “{wrong_param}” first"
    return f"Give {missing} first" if missing else ""


def _missing_address(info: ProviderInfo, endpoints: Mapping[str, str]) -> str:
    """What is missing where nobody but the user knows the server, “Acme's address”."""
    return f"{info.title}'s address" if info.missing_address(endpoints) else ""


def _where(
    info: ProviderInfo, sources: Sequence[Source], endpoints: Mapping[str, str], host_title: str
) -> str:
    if info.runs_locally:
        return STAYS_HERE
    kinds = _kinds(source.media_type for source in sources) or _kinds(info.accepts)
    singular, plural = _nouns(kinds[0]) if len(kinds) == 1 else _FILE
    there = _listed(hosts(info, endpoints), "and") or info.title
    noun, verb = (f"The {singular}", "goes") if len(sources) == 1 else (plural.capitalize(), "go")
    if needs_host(info, sources):
        return f"{noun} {verb} to {host_title or 'a host you choose'}, then {there}"
    if any(source.is_remote for source in sources):
        return _where_of_addresses(sources, there)
    return f"{noun} {verb} to {there}, nothing else does"


def _where_of_addresses(sources: Sequence[Source], there: str) -> str:
    if any(not source.is_remote for source in sources):
        return f"Files and addresses go to {there}, nothing else does"
    if len(sources) == 1:
        return f"Only the address goes to {there}, which fetches what is there"
    return f"Only the addresses go to {there}, which fetches what is there"


def _places(sources: Sequence[Source]) -> tuple[str, ...]:
    """The hosts that have what is on the web, each once."""
    return tuple(dict.fromkeys(source.host for source in sources if source.is_remote))


def _known_note(sources: Sequence[Source], known_when: str) -> str:
    of = f" of {known_when}" if known_when else ""
    if any(source.is_remote for source in sources):
        return f"The library has a result{of}; the address may hold something else now"
    return f"The library has this result{of}"


def _counted(sources: Sequence[Source]) -> str:
    counts = Counter(_kind(source.media_type) for source in sources)
    return counted_text(photos=counts["image"], videos=counts["video"], files=counts[""])


def _film(sources: Sequence[Source]) -> str:
    """Frames, and of a single video their rate; nothing where there are photos too."""
    if any(_kind(source.media_type) != "video" for source in sources):
        return ""
    rate_hz = sources[0].frame_rate_hz if len(sources) == 1 else 0.0
    return film_text(sum(source.frame_count for source in sources), rate_hz)


def _any_of(media_types: Iterable[str]) -> str:
    return _listed([f"a {_nouns(kind)[0]}" for kind in _kinds(media_types)], "or") or "a file"


def _kinds(media_types: Iterable[str]) -> list[str]:
    """The kinds among these types: photos, then videos, then everything else."""
    present = {_kind(media_type) for media_type in media_types}
    return [kind for kind in (*_NOUNS, "") if kind in present]


def _kind(media_type: str) -> str:
    kind = media_type.partition("/")[0]
    return kind if kind in _NOUNS else ""


def _nouns(kind: str) -> tuple[str, str]:
    return _NOUNS.get(kind, _FILE)


def _listed(words: Sequence[str], last: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
