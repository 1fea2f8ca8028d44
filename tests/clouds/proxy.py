"""An HTTP proxy for tests: CONNECT only, and it records what it was asked for."""

import socket
import threading

from clouds.message import Cut, Reply
from clouds.wire import Server


def _pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        for sock in (source, sink):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Proxy:
    """requests are the CONNECTs (and whatever else came, which is refused).  demand: the Proxy-Authorization wanted."""

    def __init__(self, demand=None):
        self.demand = demand
        self.requests = []
        self.server = Server("proxy", self._serve, self._record, lambda: None)
        self.url = self.server.url

    def _record(self, request):
        self.requests.append(request)

    def _serve(self, exchange):
        request = exchange.request
        if request.method != "CONNECT":
            return Reply(405)
        if self.demand and request.get("Proxy-Authorization") != self.demand:
            return Reply(407, [("Proxy-Authenticate", 'Basic realm="e2e"')])
        host, port = request.target.rsplit(":", 1)
        try:
            far = socket.create_connection((host.strip("[]"), int(port)), 10)
        except OSError:
            return Reply(502)
        far.settimeout(None)
        exchange.wire.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        exchange.answered(200)
        near = exchange.wire.sock
        back = threading.Thread(target=_pump, args=(far, near), daemon=True)
        back.start()
        _pump(near, far)
        back.join(10)
        far.close()
        raise Cut

    def stop(self):
        self.server.stop()
