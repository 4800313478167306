"""From what a service sent to what can be looked at."""

from dataclasses import replace

from depthstudio.core.errors import LibraryError
from depthstudio.core.params import as_promised
from depthstudio.core.polarity import with_polarity
from depthstudio.core.result import Result
from depthstudio.core.views import Views
from depthstudio.library.result_folder import annotations_in_force
from depthstudio.providers.registry import Registry


def decode_result(result: Result, registry: Registry) -> Views:
    """Turn a stored result's artifacts into views. Blocking, offline.

    What a person said of its pictures of depth holds over what the provider says.

    Raises
    ------
    LibraryError
        when this program lacks the provider that made it
    FormatError
        when an artifact is damaged
    """
    if result.provider_id not in registry:
        raise LibraryError(
            f"This result was made by {result.provider_title}, which is not installed",
            hint="Its files can still be opened one by one",
            detail=str(result.folder),
        )
    provider = registry[result.provider_id]
    views = provider.decode(result.artifacts, as_promised(provider.params_type, result.params))
    polarity = annotations_in_force(result.folder).polarity
    if views.depth is None or polarity is None:
        return views
    return replace(views, depth=with_polarity(views.depth, polarity))
