"""A proxy that knows better where some servers are, so that their real names can be used in tests."""

from clouds.message import Reply
from clouds.proxy import Proxy


class Detour(Proxy):
    """What is asked for with one of these endings goes to there ("host:port"); everything else is refused.

    asked is every "host:port" that was wanted, in order.
    """

    def __init__(self, endings, there):
        super().__init__()
        self.endings = tuple(endings)
        self.there = there
        self.asked = []

    def _serve(self, exchange):
        request = exchange.request
        self.asked.append(request.target)
        if not request.target.endswith(self.endings):
            return Reply(403)
        request.target = self.there
        return super()._serve(exchange)
