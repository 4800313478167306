"""What only the user can give, and a service cannot be asked without: its key, its address."""

from collections.abc import Iterable, Mapping

from depthstudio.core.errors import KeyMissing
from depthstudio.providers.base import ProviderInfo, Secret
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.settings.secrets import Secrets


def require_secrets(
    title: str, wanted: Iterable[Secret], secrets: Secrets, *, is_of_host: bool = False
) -> None:
    """Fail when a secret is missing that this place does nothing without.

    Raises
    ------
    KeyMissing
        naming it; also when the keychain may have it and refuses
    """
    for secret in wanted:
        origin = secrets.origin(secret.name, secret.variable)
        if secret.is_needed and origin is SecretOrigin.WITHHELD:
            raise KeyMissing(
                f"The keychain did not give the {secret.label} of {title}: {secrets.status.reason}",
                hint="Unlock the keychain and try again, or give the key under Keys",
                is_of_host=is_of_host,
            )
        if secret.is_needed and origin is SecretOrigin.ABSENT:
            raise KeyMissing(
                f"{title} needs its {secret.label}",
                hint=_how_to_give(secret),
                is_of_host=is_of_host,
            )


def require_addresses(info: ProviderInfo, endpoints: Mapping[str, str]) -> None:
    """Fail when nobody has said where a server is; `endpoints` are in place of its own.

    Raises
    ------
    KeyMissing
        naming the first of which that is so
    """
    if absent := info.missing_address(endpoints):
        raise KeyMissing(
            f"{info.title} needs the address of its server",
            hint=f"Give the address “{absent}”, then run it again",
        )


def _how_to_give(secret: Secret) -> str:
    if not secret.variable:
        return "Give it under Keys"
    return f"Give it under Keys, or set {secret.variable}"
