"""The key of a job: one place for preparing, and for asking whether it is known."""

from collections.abc import Mapping, Sequence

from depthstudio.core.digest import job_key
from depthstudio.core.job import Source
from depthstudio.core.params import Params, result_values
from depthstudio.jobs.sources import hash_source
from depthstudio.providers.base import Provider


def key_of(
    provider: Provider[Params],
    params: Params,
    source_sha256: Sequence[str],
    endpoints: Mapping[str, str] | None = None,
    profile: str = "",
) -> str:
    """The key under which the answer to this question is found again.

    `profile` is the shape of the server, as it was last seen.
    """
    info = provider.info
    return job_key(
        provider_id=info.id,
        provider_version=info.version,
        endpoints=info.addresses(endpoints),
        server_profile=profile,
        params=result_values(params),
        source_sha256=source_sha256,
    )


def question_key(
    provider: Provider[Params],
    sources: Sequence[Source],
    params: Params,
    endpoints: Mapping[str, str] | None = None,
    profile: str = "",
) -> str:
    """The key of something not asked yet. Blocking: hashes the sources."""
    hashes = [hash_source(source, lambda: None) for source in sources]
    return key_of(provider, params, hashes, endpoints, profile)
