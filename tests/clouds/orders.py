"""What every stand-in shares: requests that are recorded, faults that are ordered, and waiting for what happens."""

import threading


class Orders:
    """Faults that wait for their turn."""

    def __init__(self):
        self._orders = []

    def add(self, names, fault, count=1, skip=0, accepts=None):
        """count None: for ever.  accepts(subject) tells whether the order is about this one at all."""
        self._orders.append({"names": names, "fault": fault, "count": count, "skip": skip, "accepts": accepts})
        return fault

    def pick(self, name, subject=None):
        """The first fault that was ordered for this, or None."""
        for order in self._orders:
            if order["count"] == 0 or not {name, "*"} & set(order["names"]):
                continue
            if order["accepts"] and not order["accepts"](subject):
                continue
            if order["skip"] > 0:
                order["skip"] -= 1
                continue
            if order["count"] is not None:
                order["count"] -= 1
            return order["fault"]
        return None


class Watched:
    """Something that changes in other threads; wait() waits for a condition to become true."""

    def __init__(self):
        self._changed = threading.Condition()
        self._orders = Orders()

    def changed(self):
        with self._changed:
            self._changed.notify_all()

    def wait(self, condition, timeout=30):
        with self._changed:
            return self._changed.wait_for(condition, timeout)


class Recorder(Watched):
    """An HTTP stand-in.  requests holds every request since the start; route(request) names what a request is for."""

    def __init__(self):
        super().__init__()
        self.requests = []

    def route(self, request):
        raise NotImplementedError

    def pick(self, request):
        """Name the route, record the request, and take the first fault that was ordered for it."""
        request.route = self.route(request)
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
            return self._orders.pick(request.route)

    def fault(self, name, fault, count=1, skip=0):
        """Order a fault for the next count requests of a route, after letting skip of them pass.  Returns the fault."""
        return self._orders.add([name], fault, count, skip)

    def seen(self, name):
        return [r for r in self.requests if r.route == name]
