"""A table of certificate chains, and of servers without TLS that one could use: who is trusted, who is not, and why."""

import functools
import pathlib
import ssl
import types

from servers import certs

ADDRESS = ("subjectAltName=DNS:localhost,IP:127.0.0.1", *certs.LEAF[1:])


class Papers:
    """Makes what a case needs, once."""

    def __init__(self, directory):
        self.dir = pathlib.Path(directory)
        self.root = self.ca("root")
        self.middle = self.ca("middle", self.root)
        self.lower = self.ca("lower", self.middle)
        self.stranger = self.ca("stranger")
        self.old = self.ca("old", digest="sha1")

    @functools.lru_cache(maxsize=None)
    def ca(self, name, issuer=None, *more, known=None, digest="sha256", kind="P-256"):
        return certs.certificate(self.dir / name, issuer, (*certs.CA, *more), known, kind, digest)

    @functools.lru_cache(maxsize=None)
    def leaf(self, file, issuer=None, extensions=ADDRESS, **more):
        return certs.certificate(self.dir / file, issuer or self.root, extensions, **more)

    def chain(self, name, leaf, *others):
        return certs.chain(self.dir / f"{name}-chain", leaf, *others)


def _deep(p, count):
    cas = [p.root]
    for number in range(count):
        cas.append(p.ca(f"deep{number}", cas[-1]))
    return p.chain(f"deep{count}", p.leaf(f"deep{count}-leaf", cas[-1]), *reversed(cas[1:]))


def _many(p):
    """Names that fill 16 KiB."""
    names = ",".join(f"DNS:{number:04}.a-name-that-is-as-long-as-it-has-to-be.example" for number in range(330))
    return p.leaf("many", p.root, (f"subjectAltName=IP:127.0.0.1,{names}", *certs.LEAF[1:]))


def _constrained(p, name, *lines, extensions=ADDRESS, critical="critical,"):
    ca = p.ca(name, p.root, f"nameConstraints={critical}{','.join(lines)}")
    return p.chain(name, p.leaf(f"{name}-leaf", ca, extensions), ca)


def _twins(p):
    """Two CAs of one name, of which the first has not signed anything."""
    other, right = p.ca("twin1", p.stranger, known="twin"), p.ca("twin2", p.root, known="twin")
    return p.chain("twins", p.leaf("twins-leaf", right), other, right)


def _san(p, name, san):
    return p.leaf(name, None, (f"subjectAltName={san}", *certs.LEAF[1:]))


# name: the chain, or a chain and the certificate that is trusted in place of the root
GOOD = {
    "a CA that signed itself with SHA-1": lambda p: (p.leaf("l1", p.old), p.old),
    "SHA-1 sent along": lambda p: p.chain("l2", p.leaf("l2", p.old), p.old),
    "SHA-1 sent along, not needed": lambda p: p.chain("l3", p.leaf("l3"), p.old),
    "a certificate of its own, SHA-1": lambda p: (p.leaf("l4", p.stranger, digest="sha1"),) * 2,
    "an odd curve sent along": lambda p: p.chain("l5", p.leaf("l5"), p.ca("brainpool", kind="brainpoolP256r1")),
    "Ed25519 sent along": lambda p: p.chain("l6", p.leaf("l6"), p.ca("edwards", kind="ed25519")),
    "an odd extension sent along": lambda p: p.chain("l7", p.leaf("l7"), p.ca("odd", None, "1.2.3.4=critical,DER:0500")),
    "the wrong order": lambda p: p.chain("l8", p.leaf("l8", p.lower), p.middle, p.lower),
    "the wrong order with the root": lambda p: p.chain("l9", p.leaf("l9", p.lower), p.root, p.middle, p.stranger, p.lower),
    "others in between": lambda p: p.chain("l10", p.leaf("l10", p.lower), p.stranger, p.lower, p.old, p.middle),
    "two of one name": _twins,
    "8 CAs": lambda p: _deep(p, 8),
    "constraints that permit": lambda p: _constrained(p, "n1", "permitted;DNS:localhost", "permitted;IP:127.0.0.0/255.0.0.0"),
    "constraints for others": lambda p: _constrained(p, "n2", "excluded;DNS:example.org", "excluded;IP:10.0.0.0/255.0.0.0"),
    "a constrained root": lambda p: (
        p.leaf("l11", p.ca("n3", None, "nameConstraints=critical,permitted;IP:127.0.0.1/255.255.255.255,permitted;DNS:localhost")),
        p.ca("n3", None, "nameConstraints=critical,permitted;IP:127.0.0.1/255.255.255.255,permitted;DNS:localhost"),
    ),
    "a constrained subject": lambda p: _constrained(p, "n4", "permitted;dirName:subject\n[subject]\nO=hoist tests"),
    "critical policies": lambda p: p.leaf("l12", None, (*ADDRESS, "certificatePolicies=critical,1.2.3.4")),
}

# name: the chain, and words of the message; the exit status is 2
BAD = {
    "a SHA-1 signature": (lambda p: p.leaf("b1", digest="sha1"), "SHA-1"),
    "a SHA-1 signature above": (lambda p: _sha1_above(p), "SHA-1"),
    "a SHA-1 CA nobody knows": (lambda p: p.chain("b2", p.leaf("b2", p.ca("old2", digest="sha1")), p.ca("old2", digest="sha1")), "not signed by"),
    "an odd extension": (lambda p: p.leaf("b3", None, (*ADDRESS, "1.2.3.4.5=critical,DER:0500")), "(1.2.3.4.5)"),
    "an odd extension above": (lambda p: _odd_above(p), "(1.2.3.4.6)"),
    "a name as an address": (lambda p: _san(p, "b4", "DNS:127.0.0.1"), "another name"),
    "a pattern as an address": (lambda p: _san(p, "b5", "DNS:*.0.0.1"), "another name"),
    "an address in the subject": (lambda p: p.leaf("b6", None, certs.LEAF[1:], name="127.0.0.1"), "another name"),
    "for clients": (lambda p: p.leaf("b7", None, (ADDRESS[0], "extendedKeyUsage=clientAuth")), "not meant for servers"),
    "9 CAs": (lambda p: _deep(p, 9), "too many certificates"),
    "too many names": (_many, "too many certificates"),
    "excluded address": (lambda p: _constrained(p, "c1", "excluded;IP:127.0.0.0/255.0.0.0"), "constraints"),
    "excluded name": (lambda p: _constrained(p, "c2", "excluded;DNS:localhost"), "constraints"),
    "excluded name, not critical": (lambda p: _constrained(p, "c3", "excluded;DNS:localhost", critical=""), "constraints"),
    "other addresses": (lambda p: _constrained(p, "c4", "permitted;IP:10.0.0.0/255.0.0.0"), "constraints"),
    "addresses of the other kind": (lambda p: _constrained(p, "c5", "permitted;IP:2001:db8::/ffff:ffff::"), "constraints"),
    "other names": (lambda p: _constrained(p, "c6", "permitted;DNS:example.org"), "constraints"),
    "a name that only looks alike": (lambda p: _constrained(p, "c7", "permitted;DNS:ocalhost"), "constraints"),
    "other subjects": (lambda p: _constrained(p, "c8", "permitted;dirName:foreign\n[foreign]\nO=somebody else"), "constraints"),
    "other mail": (
        lambda p: _constrained(p, "c9", "permitted;email:example.org", extensions=("subjectAltName=IP:127.0.0.1,email:a@b.example", *ADDRESS[1:])),
        "constraints",
    ),
    "constraints cut short": (lambda p: _malformed(p, "c11", "3002A005"), "constraints"),
    "something behind the constraints": (lambda p: _malformed(p, "c12", "30000500"), "constraints"),
    "constraints two steps above": (lambda p: _two_steps(p), "constraints"),
}


def _sha1_above(p):
    ca = p.ca("weak", p.root, digest="sha1")
    return p.chain("weak", p.leaf("weak-leaf", ca), ca)


def _odd_above(p):
    ca = p.ca("odd2", p.root, "1.2.3.4.6=critical,DER:0500")
    return p.chain("odd2", p.leaf("odd2-leaf", ca), ca)


def _malformed(p, name, der):
    ca = p.ca(name, p.root, f"2.5.29.30=critical,DER:{der}")
    return p.chain(name, p.leaf(f"{name}-leaf", ca), ca)


def _two_steps(p):
    upper = p.ca("c10", p.root, "nameConstraints=critical,excluded;DNS:localhost")
    lower = p.ca("c10-lower", upper)
    return p.chain("c10", p.leaf("c10-leaf", lower), lower, upper)


def context(pair, ciphers="DEFAULT", **attributes):
    """OpenSSL itself would refuse some of them."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    made.load_cert_chain(pair.cert, pair.key)
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def _asking(pair, version, ca):
    made = context(pair, maximum_version=version)
    made.load_verify_locations(ca)
    made.verify_mode = ssl.CERT_REQUIRED
    return made


V = types.SimpleNamespace(old=ssl.TLSVersion.TLSv1_1, two=ssl.TLSVersion.TLSv1_2, three=ssl.TLSVersion.TLSv1_3)
# name: the server's context, the exit status, words
REFUSING = {
    "TLS 1.1": (lambda p: context(p.leaf("good"), minimum_version=V.old, maximum_version=V.old), 1, "no TLS that is good enough"),
    "no common cipher": (lambda p: context(p.leaf("rsa", kind="rsa"), "AES256-SHA", maximum_version=V.two), 1, "no TLS that is good enough"),
    "a key of no common kind": (lambda p: context(p.leaf("ed", kind="ed25519")), 1, "no TLS that is good enough"),
    "asks for ours, TLS 1.2": (lambda p: _asking(p.leaf("good"), V.two, p.root.cert), 2, "wants a client certificate"),
    "asks for ours, TLS 1.3": (lambda p: _asking(p.leaf("good"), V.three, p.root.cert), 2, "wants a client certificate"),
}
