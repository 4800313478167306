"""fal's storage as a place for files: whoever has an address there can see the file."""

from collections.abc import Callable, Mapping
from pathlib import Path

from depthstudio.providers.base import Credential, Reach
from depthstudio.providers.fal.account import CDN_URL, KEY, REST_URL, credential_for
from depthstudio.providers.hosting.base import Host, Hosted, HostInfo

REST, CDN = "fal-rest", "fal-cdn"  # names of the endpoints


class FalStorageHost(Host):
    """The storage of the user's account at fal."""

    info = HostInfo(
        id="fal-storage",
        title="fal storage",
        privacy="Anyone who has the address can see the file. How long it stays is a setting of "
        "your account at fal; fal does not tell it",
        max_bytes=10 << 30,  # a thousand parts; fal names no limit
        endpoints={REST: REST_URL, CDN: CDN_URL},
        secrets=(KEY,),
        page="https://fal.ai/docs/model-endpoints/media-expiration",
    )

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        return credential_for(secrets, endpoints[REST])

    async def put(
        self,
        reach: Reach,
        path: Path,
        *,
        name: str,
        media_type: str,
        progress: Callable[[int, int], None],
    ) -> Hosted:
        import asyncio  # with all that follows not before the first frame
        from importlib import import_module

        storage = await asyncio.to_thread(import_module, "depthstudio.providers.fal.storage")
        at_fal = storage.FalStorage(reach, reach.endpoints[REST], reach.endpoints[CDN])
        url = await at_fal.put(path, name=name, media_type=media_type, progress=progress)
        return Hosted(url)
