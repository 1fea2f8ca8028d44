"""nginx from Debian's packages: TLS in front of a directory (PUT by DAV) or of another server."""

from servers import debs

CONFIG = """
daemon off;
master_process off;
pid {dir}/pid;
error_log {dir}/error.log;
events {{ worker_connections 64; }}
http {{
	access_log {dir}/access.log;
	client_max_body_size 0;
	client_body_temp_path {dir}/body;
	proxy_temp_path {dir}/proxy;
	fastcgi_temp_path {dir}/fastcgi;
	uwsgi_temp_path {dir}/uwsgi;
	scgi_temp_path {dir}/scgi;
	server {{
		listen 127.0.0.1:{port} ssl;
		ssl_certificate {cert};
		ssl_certificate_key {key};
		ssl_protocols {protocols};
		{more}
		location / {{
			{location}
		}}
	}}
}}
"""
DAV = "root {dir}/www; dav_methods PUT DELETE; create_full_put_path on;"
PROXY = "proxy_pass {upstream}; proxy_http_version 1.1; proxy_request_buffering off; proxy_set_header Host $http_host;"


class Nginx(debs.OnePort):
    """protocols as nginx names them ("TLSv1.2"); upstream: the URL of the server behind it, or None for a directory."""

    def __init__(self, directory, pair, protocols, upstream=None, more=""):
        super().__init__(directory, ["nginx"])
        (self.dir / "www").mkdir()
        self._location = (PROXY if upstream else DAV).format(dir=self.dir, upstream=upstream)
        self._settings = {"cert": pair.cert, "key": pair.key, "protocols": protocols, "more": more}

    def _command(self):
        self.port = debs.free_port()
        text = CONFIG.format(dir=self.dir, port=self.port, location=self._location, **self._settings)
        (self.dir / "nginx.conf").write_text(text, encoding="ascii")
        program = debs.command(self.root, "usr/sbin/nginx")
        return [*program, "-p", str(self.dir), "-e", str(self.dir / "error.log"), "-c", str(self.dir / "nginx.conf")]
