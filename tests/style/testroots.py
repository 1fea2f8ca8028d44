#!/usr/bin/env python3
"""testroots.py DER PKI: make the authority PKI/ca.pem with a server's certificate, and PKI/roots.pem, which holds
it behind the roots in the file DER (one after the other, as mkroots writes them), for make ROOTS=."""

import base64
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from servers.certs import Authority  # noqa: E402


def certificates(data):
    """Each is a SEQUENCE with a length of two bytes."""
    while data:
        length = 4 + int.from_bytes(data[2:4], "big")
        yield data[:length]
        data = data[length:]


def main():
    der, pki = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    authority = Authority(str(pki))
    authority.issue("server")
    pem = [pathlib.Path(authority.cert).read_text()]
    for one in certificates(der.read_bytes()):
        text = base64.encodebytes(one).decode()
        pem.append(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n")
    (pki / "roots.pem").write_text("".join(reversed(pem)))


if __name__ == "__main__":
    main()
