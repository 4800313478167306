"""Cookies that go back only to where they came from."""

from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit
from urllib.request import Request


def new_cookie_jar() -> CookieJar:
    """An empty jar that neither subdomains nor other ports of a host see anything of."""
    # By default a cookie of acme.test, meant for it alone, would go to any.acme.test too.
    return CookieJar(_SamePort(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain))


def closed_jar() -> CookieJar:
    """A jar that takes nothing, for an httpx client.

    It would copy its cookies to a jar of the usual policy before it sends them, which gives
    away more; and it stumbles over an address without a scheme once it has one.
    """
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


class _SamePort(DefaultCookiePolicy):
    """Two services on one computer are two."""

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        cookie.port = str(_port_of(request))
        return super().set_ok(cookie, request)

    def return_ok_port(self, cookie: Cookie, request: Request) -> bool:
        return cookie.port == str(_port_of(request))


def _port_of(request: Request) -> int:
    parts = urlsplit(request.get_full_url())
    return parts.port or (443 if parts.scheme == "https" else 80)
