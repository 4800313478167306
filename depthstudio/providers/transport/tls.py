"""Which certificates are trusted: the system's own, and the user's."""

import os
import ssl
from pathlib import Path

from depthstudio.core.errors import ServiceUnavailable


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context for every connection. Blocking: reads certificates for a tenth of a second.

    The system decides, so a company's own authority counts where its computers know it.
    `ca_file`, SSL_CERT_FILE and SSL_CERT_DIR add to what the system trusts.

    Raises
    ------
    ServiceUnavailable
        when the certificates the user names cannot be read
    """
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    more = [ca_file, *(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))]
    for path in (Path(name) for name in more if name):
        try:
            if path.is_dir():
                context.load_verify_locations(capath=str(path))
            else:
                context.load_verify_locations(cafile=str(path))
        except (OSError, ssl.SSLError) as error:
            raise ServiceUnavailable(
                f"The certificates in {path.name} cannot be read",
                hint="Check the file of trusted certificates, and SSL_CERT_FILE",
                detail=f"{path}: {error}",
                may_have_run=False,
            ) from error
    return context
