"""What every provider on a Gradio server has in common."""

from collections.abc import Mapping

from depthstudio.providers.base import Credential, P
from depthstudio.providers.gradio.account import credential_for
from depthstudio.providers.lazy import LazyProvider


class GradioProvider(LazyProvider[P]):
    """Asks a Gradio server in the name of a Hugging Face account, where there is one."""

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        return credential_for(secrets, endpoints)
