"""What the FTPS stand-in does for each command when it does everything right."""

import time

from clouds import ftpdata

IN_CLEAR = {"AUTH", "FEAT", "QUIT"}
BEFORE_LOGIN = IN_CLEAR | {"USER", "PASS", "PBSZ", "PROT", "NOOP", "SYST", "OPTS"}
WITH_PATH = {"CWD", "SIZE", "STOR", "APPE", "DELE", "NLST", "LIST", "MLSD", "MDTM"}
TRANSFERS = {"STOR", "APPE", "NLST", "LIST", "MLSD"}
FEATURES = ["AUTH TLS", "EPSV", "MDTM", "MLST modify*;perm*;size*;type*;", "PBSZ", "PROT", "REST STREAM", "SIZE", "TVFS", "UTF8"]


def user(session, name):
    if not name:
        return "500 USER: command requires a parameter"
    session.user = name
    return f"331 Password required for {name}"


def password(session, word):
    if session.user is None:
        return "503 Login with USER first"
    server = session.server
    good = session.user == server.user and word == server.password
    return f"230 User {session.user} logged in" if good else "530 Login incorrect."


def auth(session, kind):
    if session.encrypted:
        return "503 You are already using TLS"
    return "234 AUTH TLS successful" if kind.upper() in ("TLS", "TLS-C") else f"504 AUTH {kind} not supported"


def buffer_size(session, size):
    return "200 PBSZ 0 successful" if size == "0" else f"501 PBSZ {size} not supported"


def protection(session, level):
    if level not in ("P", "C"):
        return f"504 PROT {level} not supported"
    session.protection = level
    return f"200 Protection set to {'Private' if level == 'P' else 'Clear'}"


def kind(session, letter):
    if letter.upper() not in ("I", "A", "L 8"):
        return f"504 TYPE {letter} not supported"
    session.type = letter.upper()
    return f"200 Type set to {letter}"


def options(session, words):
    return "200 UTF8 set to on" if words.upper() == "UTF8 ON" else f"501 OPTS {words} not understood"


def features(session, _):
    return "\r\n".join(["211-Features:", *(f" {name}" for name in FEATURES), "211 End"])


def where(session, _):
    quoted = session.directory.replace('"', '""')
    return f'257 "{quoted}" is the current directory'


def change(session, name):
    path = session.command.path
    if not session.server.files.is_dir(path):
        return f"550 {name}: No such file or directory"
    session.directory = path
    return "250 CWD command successful"


def up(session, _):
    session.directory = session.server.files.resolve(session.directory, "..")
    return "250 CDUP command successful"


def size(session, name):
    if session.type == "A":
        return "550 SIZE not allowed in ASCII mode"
    files, path = session.server.files, session.command.path
    return f"213 {files.size(path)}" if files.is_file(path) else f"550 {name}: No such file or directory"


def modified(session, name):
    files, path = session.server.files, session.command.path
    if not files.is_file(path):
        return f"550 {name}: No such file or directory"
    return "213 " + time.strftime("%Y%m%d%H%M%S", files.time(path))


def delete(session, name):
    files, path = session.server.files, session.command.path
    if not files.is_file(path):
        return f"550 {name}: No such file or directory"
    if not session.server.deletes:
        return f"550 {name}: Operation not permitted"
    files.remove(path)
    return "250 DELE command successful"


def restart(session, offset):
    if not offset.isdigit():
        return "501 REST requires a value greater than or equal to 0"
    session.restart = int(offset)
    return f"350 Restarting at {offset}. Send STORE or RETRIEVE to initiate transfer"


def extended(session, argument):
    address = session.own_address
    if argument.upper() == "ALL":
        return "200 EPSV ALL command successful"
    if argument not in ("", "2" if ":" in address else "1"):
        return "522 Network protocol not supported"
    return f"229 Entering Extended Passive Mode (|||{session.listen()}|)"


def passive(session, _):
    address = session.own_address
    if ":" in address:
        return "425 Unable to build data connection: PASV is for IPv4, use EPSV"
    high, low = divmod(session.listen(), 256)
    return f"227 Entering Passive Mode ({address.replace('.', ',')},{high},{low})."


def _upload(session, name, append):
    server, path = session.server, session.command.path
    offset, session.restart = session.restart, 0
    if server.files.exists(path) and not (append or offset or server.overwrites):
        return f"550 {name}: Operation not permitted"
    try:
        file = server.files.open(path, offset, append)
    except OSError as error:
        return f"550 {name}: {error.strerror}"
    with file:
        start = server.files.size(path) if append else offset

        def work(transfer):
            transfer.offset = start
            transfer.receive(file)

        return ftpdata.carry(session, f"150 Opening BINARY mode data connection for {name}", work)


def store(session, name):
    return _upload(session, name, False)


def append(session, name):
    return _upload(session, name, True)


def listing(session, name):
    files, command = session.server.files, session.command
    if not files.exists(command.path):
        return f"550 {name}: No such file or directory"
    lines = files.list(command.path, command.verb)
    return ftpdata.carry(session, "150 Opening ASCII mode data connection for file list", lambda t: t.write(lines))


HANDLERS = {
    **{"USER": user, "PASS": password, "AUTH": auth, "PBSZ": buffer_size, "PROT": protection, "TYPE": kind},
    **{"PWD": where, "CWD": change, "CDUP": up, "SIZE": size, "MDTM": modified, "DELE": delete, "REST": restart},
    **{"EPSV": extended, "PASV": passive, "STOR": store, "APPE": append},
    **{"LIST": listing, "NLST": listing, "MLSD": listing, "FEAT": features, "OPTS": options},
    "SYST": lambda session, _: "215 UNIX Type: L8",
    "NOOP": lambda session, _: "200 NOOP command successful",
    "ABOR": lambda session, _: "226 Abort successful",
    "QUIT": lambda session, _: "221 Goodbye.",
}
