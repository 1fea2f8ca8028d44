"""Requests as they were received and answers as they are sent."""

import http


class Cut(Exception):
    """The exchange ends here, and its connection with it."""


class Request:
    """What a client sent.  Filled in while it arrives, so that a test can watch it."""

    def __init__(self, server, method, target, headers):
        self.server = server
        self.method = method
        self.target = target
        self.path, _, self.query = target.partition("?")
        self.headers = headers  # [(name, value)] in the order and the case they had
        self.route = None
        self.received = 0  # bytes of the body
        self.body = b""
        self.md5 = None
        self.file = None
        self.complete = False
        self.status = None  # what was answered

    def all(self, name):
        return [v for k, v in self.headers if k.lower() == name.lower()]

    def get(self, name, default=None):
        values = self.all(name)
        return values[0] if values else default

    def __repr__(self):
        return f"<{self.method} {self.path} {self.received} bytes -> {self.status}>"


class Reply:
    def __init__(self, status, headers=(), body=b""):
        self.status = status
        self.headers = list(headers)
        self.body = body

    def set(self, name, value):
        """Replace a header, or remove it when value is None."""
        self.headers = [(k, v) for k, v in self.headers if k.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))
        return self

    def head(self, length):
        try:
            reason = http.HTTPStatus(self.status).phrase
        except ValueError:
            reason = "Unknown"
        headers = self.headers + ([length] if length else [])
        lines = [f"HTTP/1.1 {self.status} {reason}"] + [f"{k}: {v}" for k, v in headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()
