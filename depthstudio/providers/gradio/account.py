"""Who asks: the Hugging Face token, or the name and password of one server.

Imported before the first frame, so nothing here needs the network's modules.
"""

from collections.abc import Mapping

from depthstudio.providers.base import Credential, Secret
from depthstudio.providers.gradio.address import HUB_HOST, SPACE_HOSTS, address_of, host_of

SPACE, HUB = "space", "hub"  # names of the endpoints
HUB_URL = f"https://{HUB_HOST}"
TOKEN = Secret(
    name="hf_token",
    label="HF token",
    variable="HF_TOKEN",
    help="For private Spaces, and for a GPU quota of your own",
    absent="None: anonymous quota",
    page="https://huggingface.co/settings/tokens",
)
USER = Secret(
    name="gradio_user",
    label="User name",
    help="Only for a server that asks for a name and password",
)
PASSWORD = Secret(
    name="gradio_password",
    label="Password",
    help="Only for a server that asks for a name and password",
)
SECRETS = (TOKEN, USER, PASSWORD)


def credential_for(secrets: Mapping[str, str], endpoints: Mapping[str, str]) -> Credential | None:
    """The Hugging Face token, for the hub, its Spaces and the endpoints' own hosts."""
    token = secrets.get(TOKEN.name)
    if not token:
        return None
    origins = [endpoints.get(HUB, ""), address_of(endpoints[SPACE]).origin]
    hosts = {HUB_HOST, f"*.{SPACE_HOSTS}", *(host_of(origin) for origin in origins if origin)}
    bearer = f"Bearer {token}"
    # Spaces read the second since August 2025; older ones, and the hub, the first.
    headers = {"Authorization": bearer, "X-HF-Authorization": bearer}
    return Credential(headers=headers, hosts=frozenset(hosts))
