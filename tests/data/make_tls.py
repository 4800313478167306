"""Makes tests/data/tls with openssl: an authority of our own, and a certificate by it for this
computer. Nobody trusts either; the keys are for tests alone."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent / "tls"
DAYS = "36500"
NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    with TemporaryDirectory() as folder:
        authority_key, request = f"{folder}/ca.key", f"{folder}/server.csr"
        extensions = Path(folder) / "server.ext"
        extensions.write_text(
            f"{NAMES}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n"
            "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        )
        openssl(
            *("req", "-x509", *key, "-keyout", authority_key, "-out", f"{HERE}/ca.pem"),
            *("-days", DAYS, "-subj", "/CN=DepthStudio test authority"),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )
        openssl(
            *("req", *key, "-keyout", f"{HERE}/server.key", "-out", request),
            *("-subj", "/CN=localhost"),
        )
        openssl(
            *("x509", "-req", "-in", request, "-out", f"{HERE}/server.pem", "-days", DAYS),
            *("-CA", f"{HERE}/ca.pem", "-CAkey", authority_key, "-CAcreateserial"),
            *("-CAserial", f"{folder}/ca.srl", "-extfile", str(extensions)),
        )


if __name__ == "__main__":
    main()
