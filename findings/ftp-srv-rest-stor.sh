#!/bin/sh
# ftp-srv (npm): an upload that is resumed by REST and STOR, as Python's ftplib does it with
# rest=, ends with 226 and a file of the right size, but what was there before the place of
# resumption has become zeros.  SIZE proves nothing of such a file; APPE keeps it.
set -eu

version=4.6.3
tmp=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || :; rm -rf "$tmp"' EXIT
server=
cd "$tmp"
mkdir files
npm install --silent --no-audit --no-fund "ftp-srv@$version" >/dev/null

cat >server.js <<'END'
const { FtpSrv } = require("ftp-srv");
const quiet = { child: () => quiet };
for (const name of ["trace", "debug", "info", "warn", "error"]) quiet[name] = () => {};
const free = require("net").createServer().listen(0, "127.0.0.1", () => {
	const { port } = free.address();
	free.close(() => {
		const server = new FtpSrv({ url: `ftp://127.0.0.1:${port}`, pasv_url: "127.0.0.1", pasv_min: 49152, log: quiet });
		server.on("login", (_, resolve) => resolve({ root: "files" }));
		server.listen().then(() => console.log(port));
	});
});
END
node server.js >port &
server=$!
while [ ! -s port ]; do sleep 0.1; done

cat >try.py <<'END'
import io, sys
from ftplib import FTP

ftp = FTP()
ftp.connect("127.0.0.1", int(open("port").read()), timeout=20)
ftp.login("user", "password")
ftp.storbinary("STOR image.raw", io.BytesIO(b"01234"))
reply = ftp.storbinary("STOR image.raw", io.BytesIO(b"56789"), rest=5)
content = open("files/image.raw", "rb").read()
print("five bytes, then five more from byte 5 on")
print(f"reply: {reply}; SIZE: {ftp.size('image.raw')}; content: {content}")
sys.exit(0 if reply.startswith("226") and content == bytes(5) + b"56789" else 1)
END
echo "ftp-srv $version"
timeout 60 python3 try.py
