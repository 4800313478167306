"""What the window takes over from the last time, and leaves for the next."""

from msgspec.structs import replace

from depthstudio.settings.app_settings import AppSettings
from depthstudio.ui.window.main_window import MainWindow


def restore_settings(window: MainWindow, settings: AppSettings) -> None:
    """Bring back the colour map, the values of every provider, and the last provider."""
    window.centre.colour_map = settings.colour_map
    inspector = window.inspector
    inspector.restore(settings.params_by_provider)
    if settings.last_provider_id in inspector.provider_ids():
        inspector.set_provider(settings.last_provider_id)


def settings_of(window: MainWindow, before: AppSettings) -> AppSettings:
    """The settings as the window stands now. What it does not show stays as before."""
    inspector = window.inspector
    values = {id_: inspector.values_for(id_) for id_ in inspector.provider_ids()}
    return replace(
        before,
        theme=window.theme.choice,
        colour_map=window.centre.colour_map,
        last_provider_id=inspector.provider_id(),
        # A provider that is missing today may be back tomorrow.
        params_by_provider={**before.params_by_provider, **values},
    )
