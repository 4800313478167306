"""Cookies that go back only to where they came from."""

from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit
from urllib.request import Request


def new_cookie_jar() -> CookieJar:
    """An empty jar that neither subdomains nor other ports of a host see anything of."""
    # By default a cookie of acme.test, meant for it alone, would go to any.acme.test too.
    return CookieJar(_SamePort(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain))


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
