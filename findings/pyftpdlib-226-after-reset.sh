#!/bin/sh
# pyftpdlib answers "226 Transfer complete." to an upload whose data connection was reset in its
# middle, and keeps the part under the name of the whole.  RFC 959 has 426 for that.  A client
# that goes by the reply reports a file as uploaded that is cut.
set -eu

version=1.5.7-3
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
mkdir root files
apt-get -qq download -o APT::Sandbox::User=root "python3-pyftpdlib=$version"
dpkg -x ./*.deb root

cat >try.py <<'END'
import os, socket, struct, sys, threading
from ftplib import FTP
from pyftpdlib import __ver__
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
import logging

logging.basicConfig(level=logging.CRITICAL)
authorizer = DummyAuthorizer()
authorizer.add_user("user", "password", "files", perm="elradfmw")
FTPHandler.authorizer = authorizer
server = FTPServer(("127.0.0.1", 0), FTPHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()

ftp = FTP()
ftp.connect("127.0.0.1", server.address[1], timeout=20)
ftp.login("user", "password")
data = ftp.transfercmd("STOR image.raw")
data.sendall(bytes(100000))  # of a million
while os.path.getsize("files/image.raw") < 100000:
    pass
data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
data.close()
reply = ftp.getresp()
print(f"pyftpdlib {__ver__}: 100000 of 1000000 bytes were sent, then the data connection was reset")
print(f"reply: {reply}; size of the file: {ftp.sendcmd('TYPE I') and ftp.size('image.raw')}")
sys.exit(0 if reply.startswith("226") and os.path.getsize("files/image.raw") == 100000 else 1)
END
PYTHONPATH=$tmp/root/usr/lib/python3/dist-packages timeout 60 /usr/bin/python3 try.py
