// Run by servers/scripted.py: an FTPS server, with its settings as JSON in the first argument.
const fs = require("fs");
const FtpSrv = require("ftp-srv");

const settings = JSON.parse(process.argv[2]);
const say = (text) => process.stdout.write(text + "\n");
const server = new FtpSrv({
	url: `ftp://127.0.0.1:${settings.port}`,
	pasv_url: "127.0.0.1",
	pasv_min: settings.passive,
	tls: {
		cert: fs.readFileSync(settings.cert),
		key: fs.readFileSync(settings.key),
		minVersion: "TLSv" + settings.tls[0],
		maxVersion: "TLSv" + settings.tls[settings.tls.length - 1],
	},
});

server.on("login", ({ connection, username, password }, resolve, reject) => {
	connection.on("STOR", (error, name) => say(`STOR ${name} ${error || "done"}`));
	if (username !== settings.user || password !== settings.password)
		return reject(new Error("wrong user or password"));
	resolve({ root: settings.home });
});
server.on("client-error", ({ context, error }) => say(`${context}: ${error}`));
server.listen();
