"""Which files a provider takes, asked in one place by window, command line and session."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from depthstudio.core.job import Source
from depthstudio.formats import media_type
from depthstudio.providers.base import ProviderInfo

_KINDS = {"image": "photos", "video": "videos"}


def takes(info: ProviderInfo, source: Source) -> bool:
    """Whether the provider accepts this type of file.

    What an address leads to is known for sure only once the service fetches it.
    """
    if source.is_remote and (not info.takes_urls or source.media_type == media_type.UNKNOWN):
        return info.takes_urls
    return any(fnmatchcase(source.media_type, pattern) for pattern in info.accepts)


def needs_host(info: ProviderInfo, sources: Iterable[Source]) -> bool:
    """Whether some of these have to be put on the web before the service can have them."""
    return info.needs_web_address and any(not source.is_remote for source in sources)


def refusal(info: ProviderInfo, sources: Iterable[Source]) -> str:
    """Why the provider takes not all of these: “Relief takes photos, not clip.mp4”.

    Empty when it takes them all.
    """
    refused = next((source for source in sources if not takes(info, source)), None)
    if refused is None:
        return ""
    if refused.is_remote and not info.takes_urls:
        return f"{info.title} takes files, not addresses on the web"
    return f"{info.title} takes {_wanted(info, refused)}, not {refused.path.name}"


def _wanted(info: ProviderInfo, refused: Source) -> str:
    """The kinds that are accepted; where the file is of such a kind, the formats of it."""
    refused_kind = _kind(refused.media_type)
    kinds = {_kind(accepted) for accepted in info.accepts}
    if refused_kind not in kinds:
        return _listed([word for kind, word in _KINDS.items() if kind in kinds]) or "other files"
    same = (accepted for accepted in info.accepts if _kind(accepted) == refused_kind)
    names = sorted(media_type.short_name(accepted) for accepted in same)
    return f"{_listed(names)} {_KINDS.get(refused_kind, 'files')}"


def _kind(pattern: str) -> str:
    return pattern.partition("/")[0]


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
