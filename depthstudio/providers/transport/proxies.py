"""The way out of this network, as the system or the environment describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from depthstudio.providers.transport.hosts import is_loopback

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Proxies:
    """Which proxy leads to which address."""

    by_scheme: Mapping[str, str]  # http, https or all

    @classmethod
    def of_system(cls) -> "Proxies":
        """What the environment says, or else the settings of Windows or macOS. Blocking."""
        from urllib.request import getproxies

        found = getproxies()
        return cls({name: found[name] for name in ("http", "https", "all") if found.get(name)})

    def leading_to(self, url: "httpx.URL") -> str | None:
        """The proxy for `url`; None is the direct way. Blocking: Windows may look up the name.

        This computer itself is never behind a proxy, nor is what NO_PROXY or the system
        takes out.
        """
        proxy = self.by_scheme.get(url.scheme) or self.by_scheme.get("all")
        if proxy is None or is_loopback(url.host):
            return None
        from urllib.request import proxy_bypass

        if proxy_bypass(url.netloc.decode("ascii")):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"
