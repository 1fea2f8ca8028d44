"""Run by servers/scripted.py with pyftpdlib's own Python: an FTPS server, with its settings as JSON in argv[1]."""

import json
import logging
import sys

from OpenSSL import SSL
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import TLS_FTPHandler
from pyftpdlib.servers import FTPServer

settings = json.loads(sys.argv[1])
logging.basicConfig(level=logging.DEBUG, format="%(message)s")


class Handler(TLS_FTPHandler):
    certfile, keyfile = settings["cert"], settings["key"]
    authorizer = DummyAuthorizer()
    tls_control_required = tls_data_required = True
    auth_failed_timeout = 0
    use_sendfile = False


Handler.authorizer.add_user(settings["user"], settings["password"], settings["home"], perm=settings["perm"])
context = Handler.ssl_context = SSL.Context(SSL.TLS_SERVER_METHOD)
context.use_certificate_chain_file(settings["cert"])
context.use_privatekey_file(settings["key"])
versions = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}
context.set_min_proto_version(versions[settings["tls"][0]])
context.set_max_proto_version(versions[settings["tls"][-1]])
FTPServer(("127.0.0.1", settings["port"]), Handler).serve_forever()
