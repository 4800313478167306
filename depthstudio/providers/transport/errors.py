"""The HTTP trouble of the services in our words.

httpx is imported on first use: a start that sends nothing does not wait for it.
"""

import contextlib
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from depthstudio.core.errors import (
    BadResponse,
    ProviderError,
    ServiceUnavailable,
)
from depthstudio.providers.transport.redaction import redacted, secrets_of

if TYPE_CHECKING:
    import httpx


def utc_now() -> datetime:
    return datetime.now(UTC)


@contextlib.contextmanager
def translated_errors(
    service: str, *, now: Callable[[], datetime] = utc_now
) -> Generator[None, None, None]:
    """Turn what httpx raises inside into a `ProviderError` about `service`.

    `may_have_run` is False only where the service provably did not start: no connection
    was made, or it answered that it refuses. Call ``response.raise_for_status()`` inside.
    """
    import httpx

    # Without “from error”: httpx names whole addresses, and a traceback may be written down.
    try:
        yield
    except httpx.HTTPStatusError as error:
        from depthstudio.providers.transport.refusals import refusal

        raise refusal(service, error.response, now()) from None
    except httpx.RequestError as error:
        raise _from_transport(service, error) from None
    except httpx.InvalidURL as error:
        raise _wrong_address(service, redacted(str(error))) from None


def _from_transport(service: str, error: "httpx.RequestError") -> ProviderError:
    """An error without an answer: what matters is whether the request had left."""
    import httpx

    from depthstudio.providers.transport.public_only import NotPublic

    if isinstance(error, NotPublic):
        return BadResponse(
            f"{service} gave an address that is not fetched: it leads into a private network",
            hint="Run it again. A VPN or a filter that answers for every name does this too",
            detail=_detail_of(error),
        )
    if isinstance(error, httpx.DecodingError | httpx.TooManyRedirects):
        return BadResponse(
            f"{service} sent an answer that cannot be read",
            hint="Check the server's address; Details shows what is wrong with it",
            detail=_detail_of(error),
        )
    if isinstance(error, httpx.UnsupportedProtocol):
        return _wrong_address(service, _detail_of(error))
    if isinstance(error, httpx.LocalProtocolError):
        # It quotes whole headers, and a key is one.
        return ProviderError(
            f"The request to {service} could not be put together",
            hint="Check the key and the server's address: a character in them cannot be sent",
            detail="LocalProtocolError",
        )
    before_sending = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ProxyError,
    )
    may_have_run = not isinstance(error, before_sending)
    if isinstance(error, httpx.TimeoutException) and may_have_run:
        message, hint = f"{service} did not answer in time", "Try again in a moment"
    elif may_have_run:
        message, hint = f"The connection to {service} broke off", "Check the network"
    else:
        message, hint = f"{service} cannot be reached", _way_out(error)
    return ServiceUnavailable(
        message, hint=hint, detail=_detail_of(error), may_have_run=may_have_run
    )


def _way_out(error: "httpx.RequestError") -> str:
    """What to check when no connection could be made."""
    import ssl

    import httpx

    if isinstance(error, httpx.ProxyError):
        return "Check the proxy in the settings of this computer"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                "Its certificate is not trusted: a network that wants a sign-in, or a company's "
                "own certificate that this computer does not know (name it in Preferences, "
                "Network, which is ca_file in the settings, or by SSL_CERT_FILE)"
            )
        cause = cause.__cause__ or cause.__context__
    return "Check the network and the endpoint"


def _wrong_address(service: str, detail: str) -> ProviderError:
    return ProviderError(
        f"The address of {service} is not valid",
        hint="Check the server's address",
        detail=detail,
        may_have_run=False,
    )


def _detail_of(error: "httpx.RequestError") -> str:
    """For developers: the kind of error and its text, without any secret."""
    try:
        secrets = secrets_of(error.request)
    except RuntimeError:  # httpx knows of no request
        secrets = set[str]()
    return redacted(f"{type(error).__name__}: {error}", secrets)
