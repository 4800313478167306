"""Who asks fal, and where it is.

Imported before the first frame, so nothing here needs the network's modules.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from depthstudio.providers.base import Credential, Secret

QUEUE, REST, CDN = "queue", "rest", "cdn"  # names of the endpoints
QUEUE_URL = "https://queue.fal.run"
REST_URL = "https://rest.fal.ai"
CDN_URL = "https://v3.fal.media"
HISTORY_PAGE = "https://fal.ai/dashboard/requests"
KEY = Secret(
    name="fal_key",
    label="fal key",
    variable="FAL_KEY",
    help="One with the scope API is enough",
    absent="None: fal runs nothing without one",
    is_needed=True,
    page="https://fal.ai/dashboard/keys",
)


def credential_for(secrets: Mapping[str, str], *origins: str) -> Credential | None:
    """The key, for the hosts of these addresses and no other. fal takes no “Bearer” here."""
    key = secrets.get(KEY.name)
    if not key:
        return None
    hosts = {urlsplit(origin).netloc.rpartition("@")[2].lower() for origin in origins}
    return Credential({"Authorization": f"Key {key}"}, frozenset(filter(None, hosts)))
