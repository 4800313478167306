"""Who asks: the Oxen key, and the name it belongs to.

Imported before the first frame, so nothing here needs the network's modules.
"""

from urllib.parse import urlsplit

from depthstudio.providers.base import Credential, Secret

HUB_URL = "https://hub.oxen.ai"
PROFILE_PAGE = "https://www.oxen.ai/settings/profile"
KEY = Secret(
    name="oxen_api_key",
    label="Oxen key",
    variable="OXEN_API_KEY",
    help="From the profile page of your Oxen account",
    absent="None: Oxen does nothing without one",
    is_needed=True,
    page=PROFILE_PAGE,
)
# No documented call tells which name a key belongs to, so the user says it.
NAMESPACE = Secret(
    name="oxen_namespace",
    label="Oxen user name",
    variable="OXEN_NAMESPACE",
    help="Your user name at Oxen, or that of an organisation: repositories lie under it",
    absent="None: no repository can be made",
    is_needed=True,
    page=PROFILE_PAGE,
)


def credential_for(key: str, hub_url: str) -> Credential | None:
    """The key, for the host of this address alone: results may lie elsewhere."""
    host = urlsplit(hub_url).netloc
    if not key or not host:
        return None
    return Credential(headers={"Authorization": f"Bearer {key}"}, hosts=frozenset({host}))
