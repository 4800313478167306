"""Where hosts are, as the settings remember it."""

from depthstudio.ui.window.host_addresses import HostAddresses

OWN = {"fal-rest": "https://rest.studio.test", "fal-cdn": "http://cdn.studio.test"}


def test_what_the_settings_say_is_taken_over_where_it_may_be_used() -> None:
    addresses = HostAddresses()
    addresses.restore({"fal-storage": OWN, "other": {"hub": "no address"}}, ())
    assert addresses.by_host() == {"fal-storage": {"fal-rest": OWN["fal-rest"]}}
    addresses.restore({"fal-storage": OWN}, ("cdn.studio.test",))
    assert addresses.of("fal-storage") == OWN
    assert addresses.of("other") == {}


def test_only_another_address_is_news() -> None:
    addresses = HostAddresses()
    told: list[str] = []
    addresses.changed.connect(told.append)
    addresses.put("fal-storage", OWN)
    addresses.put("fal-storage", dict(OWN))
    addresses.put("other", {})
    assert told == ["fal-storage"]
    addresses.put("fal-storage", {})
    assert (told, addresses.by_host()) == (["fal-storage"] * 2, {})
