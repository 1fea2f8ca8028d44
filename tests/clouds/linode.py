"""A stand-in for Linode: the API and the upload endpoint on loopback.

In a test:           cloud = Linode(directory, api_tls=context); ...; cloud.stop()
As a program:        PYTHONPATH=tests python3 -m clouds.linode --cert C --key K --dir D
which prints one line of JSON when it is ready, writes each request to D/requests.log, and runs until SIGTERM.
"""

import argparse
import json
import os
import signal
import ssl
import threading
import time

from clouds.api import Api, route
from clouds.bucket import Bucket
from clouds.images import Images
from clouds.orders import Recorder
from clouds.wire import Server

TOKEN = "0123456789abcdefe2e0123456789abcdef"
SCOPES = {"images:read_write", "events:read_only"}


def tls_context(cert, key, lowest=None, highest=None):
    """Versions are ssl.TLSVersion values."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.set_alpn_protocols(["http/1.1"])
    if lowest:
        context.minimum_version = lowest
    if highest:
        context.maximum_version = highest
    return context


class Linode(Recorder):
    """The API, the store and the images of one cloud."""

    def __init__(self, directory, api_tls=None, store_tls=None, address="127.0.0.1"):
        super().__init__()
        self.bucket = Bucket(directory)
        self.lifetime = 86400
        self.find = self.bucket.find  # where complete objects are looked up
        self.presign = self._presign  # image -> upload_to
        self.images = Images(lambda key: self.find(key))
        self.api = Api(self.images, lambda image: self.presign(image))
        self.api.tokens[TOKEN] = set(SCOPES)
        self.api_server = Server("api", self.api.serve, self.pick, self.changed, api_tls, address)
        self.store_server = Server("store", self.bucket.serve, self.pick, self.changed, store_tls or api_tls, address)

    def _presign(self, image):
        return self.bucket.presign(self.store_server.url, image.number, self.lifetime)

    def route(self, request):
        return "put" if request.server == "store" else route(request)[0]

    def stop(self):
        self.api_server.stop()
        self.store_server.stop()


def main():
    parser = argparse.ArgumentParser(description="A stand-in for the Linode API and its upload endpoint.")
    parser.add_argument("--dir", required=True, help="where uploads and requests.log are written")
    parser.add_argument("--cert", help="certificate (PEM); without it, plain HTTP")
    parser.add_argument("--key")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--polls", type=int, default=1, help="views for which an image stays in processing")
    args = parser.parse_args()

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    cloud = Linode(args.dir, tls_context(args.cert, args.key) if args.cert else None)
    cloud.api.tokens = {args.token: set(SCOPES)}
    cloud.images.polls = args.polls
    print(json.dumps({"api": cloud.api_server.host, "store": cloud.store_server.host, "token": args.token}), flush=True)
    with open(os.path.join(args.dir, "requests.log"), "w", encoding="utf-8") as log:
        written = 0
        while not stop.is_set():
            time.sleep(0.02)
            done = [r for r in cloud.requests[written:] if r.status is not None]
            for request in done:
                print(request.method, request.path, request.received, request.status, file=log, flush=True)
            written += len(done)
    cloud.stop()


if __name__ == "__main__":
    main()
