"""Where Tengr is and who asks: everything its documents leave open can be said by the user.

Imported before the first frame, so nothing here needs the network's modules.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from depthstudio.core.wiring import NO_SCHEME
from depthstudio.providers.base import Credential, Secret

API = "api"  # name of the endpoint
MAKE = "artwork"  # the step that starts work
WIRING = {
    "auth_header": "Authorization",
    "auth_scheme": "Bearer",
    "create_path": "/v2/artworks/depth-map",
    "get_path": "/v2/artworks/{id}",
    "list_path": "/v2/artworks",
}
HOME_PAGE = "https://tengr.ai"
KEY = Secret(
    name="tengr_api_key",
    label="Tengr key",
    variable="TENGR_API_KEY",
    help="It needs the domain artworks, with the scope generator or more",
    absent="None: Tengr refuses to work without one",
    is_needed=True,
    page=HOME_PAGE,
)


def credential_for(secrets: Mapping[str, str], endpoints: Mapping[str, str]) -> Credential | None:
    """The key in the header the user says, for the endpoint's own host."""
    key, parts = secrets.get(KEY.name), urlsplit(endpoints.get(API, ""))
    if not key or not parts.hostname:
        return None
    scheme = endpoints.get("auth_scheme", WIRING["auth_scheme"])
    value = key if scheme in ("", NO_SCHEME) else f"{scheme} {key}"
    header = endpoints.get("auth_header", WIRING["auth_header"])
    host = parts.netloc.rpartition("@")[2]
    return Credential(headers={header: value}, hosts=frozenset({host}))


def address(endpoints: Mapping[str, str], path: str = "/") -> str:
    """The address of a path at the endpoint, below the one it has itself."""
    parts = urlsplit(endpoints[API])
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + path, fragment=""))
