"""Which certificates are trusted: the system's own, and the user's."""

import contextlib
import os
import re
import ssl
import sys
from collections.abc import Iterable
from pathlib import Path

from depthstudio.core.errors import InputError, ServiceUnavailable

# Where Linux systems keep what they trust; a packaged OpenSSL may look elsewhere.
_SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, RHEL
    "/etc/ssl/cert.pem",  # Alpine, Arch
    "/etc/ssl/ca-bundle.pem",  # SUSE
)
_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.[0-9]+")
LARGEST_FILE_BYTES = 16 << 20  # all that any system trusts is a fiftieth of it


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context for every connection. Blocking: reads certificates for a tenth of a second.

    The system decides, so a company's own authority counts where its computers know it.
    `ca_file`, SSL_CERT_FILE and SSL_CERT_DIR add to what the system trusts; each may be a
    folder as `openssl rehash` prepares it.

    Raises
    ------
    ServiceUnavailable
        when the certificates the user names cannot be read
    """
    context = _system_context()
    more = [ca_file, *(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))]
    for path in (Path(name) for name in more if name):
        try:
            if path == ca_file and path.is_dir():
                certificates_in(path)  # OpenSSL says nothing of a folder in which it finds none
            if path.is_dir():
                context.load_verify_locations(capath=str(path))
            else:
                context.load_verify_locations(cafile=str(path))
        except (OSError, ssl.SSLError, InputError) as error:
            raise ServiceUnavailable(
                f"The certificates in {path.name} cannot be read",
                hint="Check Preferences, Network (ca_file in the settings), and SSL_CERT_FILE",
                detail=f"{path}: {error}",
                may_have_run=False,
            ) from error
    return context


def certificates_in(path: Path) -> int:
    """How many certificates there are in a file, or in a folder where OpenSSL finds them. Blocking.

    Raises
    ------
    InputError
        when it holds none, or cannot be read
    """
    try:
        if path.is_dir():
            if not (count := _count_in(_found_in(path))):
                raise InputError(
                    f"No certificate is found in the folder {path.name}",
                    hint="Choose a file, or prepare the folder with “openssl rehash”",
                )
            return count
        if not path.is_file():
            raise InputError(f"There is no file {path.name}", hint="Choose it again")
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise _not_certificates(path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=str(path))
    except ssl.SSLError as error:
        raise _not_certificates(path, str(error)) from error
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be read", hint=f"The system says: {error.strerror}"
        ) from error
    if not (count := context.cert_store_stats()["x509"]):
        raise _not_certificates(path)  # such as a list of revoked ones
    return count


def _found_in(folder: Path) -> list[Path]:
    """The files of a folder that OpenSSL looks at: those named by the hash of who they are of."""
    return [path for path in folder.iterdir() if _HASHED_NAME.fullmatch(path.name)]


def _count_in(files: Iterable[Path]) -> int:
    """How many certificates can be read, as OpenSSL passes over files that cannot."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for path in files:
        with contextlib.suppress(OSError):  # which an SSLError is too
            if path.stat().st_size <= LARGEST_FILE_BYTES:
                context.load_verify_locations(cafile=str(path))
    return context.cert_store_stats()["x509"]


def _not_certificates(path: Path, detail: str = "") -> InputError:
    return InputError(
        f"{path.name} holds no certificate that can be read",
        hint="It takes a PEM file, as exported with “Base64” or “PEM”",
        detail=detail,
    )


def _system_context() -> ssl.SSLContext:
    if sys.platform in ("win32", "darwin"):
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # truststore 0.10 trusts the same on Linux, but reads it anew for every connection: 20 ms
    # on the loop each time.
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    known = next(filter(os.path.isfile, _SYSTEM_FILES), None)
    if not paths.cafile and not paths.capath and known:
        context.load_verify_locations(cafile=known)
    return context
