"""Open Telekom Cloud's IAM: tokens, access keys, and whether a request has either.

    iam.issue()                           a token past the API
    iam.add_key("AK", "SK", "session")    an access key; with a third word, a temporary one
"""

import calendar
import json
import secrets
import time

from clouds.message import Reply
from clouds.signing import DATE, UNSIGNED, Signed

USER, PASSWORD = "e2e-user", "otc-e2e-Pa55word"
DOMAIN, DOMAIN_ID = "OTC-EU-DE-00000000001000012345", "d0a1000000000000000000000000e2e0"
PROJECT, PROJECT_ID = "eu-de_e2e", "77b6a44cba5143ab91d13ab9a8ff44fd"
REGION = "eu-de"
ACCESS, SECRET = "E2EACCESSKEY00000001", "e2e-secret-key-MFyfvK41ba2giqM7Uio6PznpdU"
MARK = "MIIe2eNotARealToken"  # what every token begins with
SIGNED_MAX = 12_000_000
SKEW_MAX_S = 15 * 60
STAMP = "%Y-%m-%dT%H:%M:%S.000000Z"
SERVICES = "compute computev2 network volume volumev2 volumev3 object identity cce css dns elb dms rds smn obs vpc kms as ces".split()


def answer(status, value, headers=()):
    return Reply(status, [("Content-Type", "application/json"), *headers], json.dumps(value).encode())


def keystone(status, message, title):
    return answer(status, {"error": {"code": status, "message": message, "title": title}})


def gateway(message, code="APIGW.0301", status=401):
    """The API gateway's refusal."""
    text = f"Incorrect IAM authentication information: {message}"
    return answer(status, {"error_msg": text, "error_code": code, "request_id": secrets.token_hex(16)})


class Iam:
    """token_length: characters of the next token; lifetime: its seconds.  skew: seconds that the server's clock is ahead.

    unsigned: may the body of a signed request be left out of the signature?  Nobody has seen yet that it may.
    services: how many the catalogue has besides the images; image_url() and region: where it says that those are.
    """

    def __init__(self, image_url):
        self.image_url = image_url
        self.region = REGION
        self.token_length = 6000
        self.lifetime = 86400
        self.skew = 0
        self.unsigned = False
        self.needs_project = False  # does a signed request have to name it?
        self.services = 60
        self.tokens = {}  # token -> when it ends
        self.keys = {}
        self.add_key(ACCESS, SECRET)

    def now(self):
        return time.time() + self.skew

    def add_key(self, access, secret, session=None):
        self.keys[access] = (secret, session)

    def issue(self):
        """A token like those that are signed messages in base64."""
        token = (MARK + secrets.token_urlsafe(self.token_length))[: self.token_length]
        self.tokens[token] = self.now() + self.lifetime
        return token

    def revoke(self):
        self.tokens.clear()

    # POST /v3/auth/tokens

    def login(self, request, body):
        if request.get("Content-Type", "").split(";")[0] != "application/json":
            return keystone(400, "The Content-Type has to be application/json.", "Bad Request")
        try:
            auth = json.loads(body)["auth"]
            methods, user = auth["identity"]["methods"], auth["identity"]["password"]["user"]
            project, name, domain, password = auth["scope"]["project"], user["name"], user["domain"], user["password"]
        except (ValueError, KeyError, TypeError):
            return keystone(400, "Request body is invalid.", "Bad Request")
        if methods != ["password"] or request.query not in ("", "nocatalog", "nocatalog=true"):
            return keystone(400, "Request is invalid.", "Bad Request")
        known = lambda is_domain: is_domain in ({"name": DOMAIN}, {"id": DOMAIN_ID})
        if (name, password) != (USER, PASSWORD) or not known(domain):
            return keystone(401, "The username or password is wrong.", "Unauthorized")
        if not known(project.get("domain", {"name": DOMAIN})) or not {PROJECT, PROJECT_ID} & {project.get("name"), project.get("id")}:
            return keystone(401, "The project does not exist.", "Unauthorized")
        return answer(201, {"token": self._token(request)}, [("X-Subject-Token", self.issue())])

    def _token(self, request):
        domain = {"id": DOMAIN_ID, "name": DOMAIN}
        token = {
            "expires_at": time.strftime(STAMP, time.gmtime(self.now() + self.lifetime)),
            "issued_at": time.strftime(STAMP, time.gmtime(self.now())),
            "methods": ["password"],
            "project": {"id": PROJECT_ID, "name": PROJECT, "domain": domain},
            "user": {"id": "e2e0" * 8, "name": USER, "domain": domain, "password_expires_at": ""},
            "roles": [{"id": "0", "name": name} for name in ("te_admin", "secu_admin", "ims_adm")],
        }
        return token if request.query else {**token, "catalog": self._catalog()}

    def _catalog(self):
        point = lambda region, url: {"id": secrets.token_hex(16), "interface": "public", "region": region, "region_id": region, "url": url}
        nowhere = f"https://127.0.0.1:1/v2/{PROJECT_ID}"
        names = [SERVICES[i % len(SERVICES)] + str(i // len(SERVICES) or "") for i in range(self.services)]
        others = [{"id": "0", "type": name, "name": name, "endpoints": [point(self.region, nowhere)]} for name in names]
        image = {"id": "1", "type": "image", "name": "ims", "endpoints": [point("eu-far", nowhere), point(self.region, self.image_url())]}
        return [*others[: self.services // 2], image, *others[self.services // 2 :]]

    # Every other request

    def refusal(self, request, length=None, body=None):
        """Why a request is not let in, as a Reply, or None.

        Asked before the body is read, with its length if that was announced, and behind it, with its SHA-256.
        """
        token, signed = request.all("X-Auth-Token"), request.all("Authorization")
        if len(token) + len(signed) != 1:
            return gateway("Get token fail" if not token + signed else "more than one")
        if signed:
            return self._check(Signed(request), request.received if body else length, body)
        # A token that ends while the body comes does no harm.
        return None if body or self.tokens.get(token[0], 0) > self.now() else gateway("decrypt token fail")

    def _check(self, signed, length, body):
        headers = signed.headers
        secret, session = self.keys.get(signed.access, (None, None))
        if signed.wrong:
            return gateway(f"calc aksk signature fail:{signed.wrong}")
        late = self._late(headers["x-sdk-date"])
        if late:
            return gateway(f"calc aksk signature fail:{late}")
        if length is not None and length > SIGNED_MAX:
            return gateway("calc aksk signature fail:body too large")
        if secret is None:
            return gateway("Get secretKey failed,ak:" + signed.access + ",err:ak not exist")
        if headers.get("x-security-token") != session or (session and "x-security-token" not in signed.names):
            return gateway("The token must be updated")
        if "x-project-id" in headers and headers["x-project-id"] != PROJECT_ID or self.needs_project and "x-project-id" not in headers:
            return gateway("project_id is invalid", "APIGW.0302", 403)
        return self._compare(signed, secret, body) if body else None

    def _compare(self, signed, secret, body):
        said = signed.headers.get("x-sdk-content-sha256", body)
        if said == UNSIGNED and not self.unsigned:
            return gateway("calc aksk signature fail:unsigned payload")
        if said in (UNSIGNED, body) and signed.good(secret, said):
            return None
        return gateway("verify aksk signature fail,canonicalRequest:" + signed.canonical(body).replace("\n", "|"))

    def _late(self, text):
        try:
            when = calendar.timegm(time.strptime(text, DATE))
        except ValueError:
            return "x-sdk-date format error"
        if abs(when - self.now()) <= SKEW_MAX_S:
            return None
        return f"signature expired, signature time:{text},server time:{time.strftime(DATE, time.gmtime(self.now()))}"
