"""What the window takes over from the last time, and leaves for the next."""

from msgspec.structs import replace

from depthstudio.settings.app_settings import AppSettings
from depthstudio.ui.window.main_window import MainWindow


def restore_settings(window: MainWindow, settings: AppSettings) -> None:
    """Bring back the colour map, every provider's values and servers, and the last provider."""
    window.centre.colour_map = settings.colour_map
    window.agreed_hosts.restore(settings.agreed_hosts, settings.host_via)
    window.host_addresses.restore(settings.endpoints_by_host, settings.plain_hosts)
    window.own_certificates.restore(settings.ca_file)
    inspector = window.inspector
    inspector.restore_endpoints(settings.endpoints_by_provider, settings.plain_hosts)
    inspector.restore(settings.params_by_provider)
    if settings.last_provider_id in inspector.provider_ids():
        inspector.set_provider(settings.last_provider_id)


def settings_of(window: MainWindow, before: AppSettings) -> AppSettings:
    """The settings as the window stands now. What it does not show stays as before."""
    inspector = window.inspector
    ids = inspector.provider_ids()
    values = {id_: inspector.kept_values(id_) for id_ in ids}
    endpoints = {id_: inspector.endpoints(id_) for id_ in ids}
    return replace(
        before,
        theme=window.theme.choice,
        colour_map=window.centre.colour_map,
        last_provider_id=inspector.provider_id(),
        # A provider that is missing today may be back tomorrow.
        params_by_provider={**before.params_by_provider, **values},
        endpoints_by_provider={
            id_: kept for id_, kept in {**before.endpoints_by_provider, **endpoints}.items() if kept
        },
        plain_hosts=inspector.plain_hosts(),
        agreed_hosts=window.agreed_hosts.agreed,
        host_via=window.agreed_hosts.chosen,
        endpoints_by_host=window.host_addresses.by_host(),
        ca_file=window.own_certificates.place,
    )
