"""A public repository at Oxen: whoever knows the address can fetch the file."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from depthstudio.core.errors import ProviderError
from depthstudio.providers.base import Credential, Reach
from depthstudio.providers.hosting.base import Host, Hosted, HostInfo
from depthstudio.providers.oxen.account import HUB_URL, KEY, NAMESPACE, credential_for

if TYPE_CHECKING:
    from depthstudio.providers.oxen.hub import Hub

HUB = "oxen-hub"  # name of the endpoint
REPOSITORY = "depthstudio-uploads"
BRANCH = "main"
# The repository is public: who the user is stays out of its history, but for the namespace.
AUTHOR, EMAIL = "DepthStudio", "depthstudio@example.invalid"
MESSAGE = "Add a file to be processed"
ALREADY_THERE = 409
_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class OxenRepository(Host):
    """One repository for all files, made when the first one is put there."""

    info = HostInfo(
        id="oxen-repository",
        title="Oxen repository",
        privacy="The file goes to a public repository “depthstudio-uploads” of your Oxen account:"
        " anybody can find and download it. It stays until you delete the repository; deleting"
        " the file alone leaves it in the repository's history",
        max_bytes=2 << 30,
        endpoints={HUB: HUB_URL},
        secrets=(KEY, NAMESPACE),
        page="https://docs.oxen.ai/http-api/example",
    )

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        return credential_for(secrets.get(KEY.name, ""), endpoints[HUB])

    async def put(
        self,
        reach: Reach,
        path: Path,
        *,
        name: str,
        media_type: str,
        progress: Callable[[int, int], None],
    ) -> Hosted:
        from depthstudio.providers.oxen.hub import Hub
        from depthstudio.providers.transport.repeat import repeated
        from depthstudio.providers.transport.upload import upload_files

        service = self.info.title
        hub = Hub.at(reach, HUB, service)
        namespace = _checked_namespace(reach.secrets.get(NAMESPACE.name, ""))
        await repeated(reach, service, lambda: _made_public(hub, namespace))
        tries = 0

        async def send() -> str:
            # A place of its own each time: a try whose answer was lost may have been kept, and
            # a commit that changes nothing is refused.
            nonlocal tries
            tries += 1
            place = "/".join((namespace, REPOSITORY, "file", BRANCH, str(tries), name))
            url = f"{hub.url}/api/repos/{quote(place)}"
            await upload_files(
                reach,
                service,
                url,
                [(name, path)],
                method="PUT",
                field="file",
                texts={"name": AUTHOR, "email": EMAIL, "message": MESSAGE},
                progress=progress,
            )
            return url

        return Hosted(await repeated(reach, service, send))


def _checked_namespace(text: str) -> str:
    if _NAMESPACE.fullmatch(text) and ".." not in text:
        return text
    raise ProviderError(
        f"{NAMESPACE.label}: that cannot be one",
        hint="Give it under Keys as it stands in the addresses of your repositories",
        may_have_run=False,
    )


async def _made_public(hub: "Hub", namespace: str) -> None:
    """Make the repository, unless it is there."""
    body = {
        "namespace": namespace,
        "name": REPOSITORY,
        "description": "Files on their way to a service, put here by DepthStudio",
        "is_public": True,
        "user": {"name": AUTHOR, "email": EMAIL},
    }
    try:
        await hub.call("POST", "/api/repos", body=body)
    except ProviderError as error:
        if error.status != ALREADY_THERE:
            raise
