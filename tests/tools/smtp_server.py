"""A real SMTP server on 127.0.0.1 for the tests, which refuses what it is told to refuse.

    python smtp_server.py --store FOLDER [--starttls] [--auth USER:PASSWORD] [--ascii]
                          [--rcpt CODES] [--data CODES] [--reject-recipient ADDRESS:CODE]...

Prints one line, {"port": N} or {"port": N, "ca": "FOLDER/ca.pem"}, then serves until its standard input is closed: a
test that dies takes its server with it.

CODES are answers to successive RCPT or DATA commands, from all connections, separated by commas; after them everything
is accepted. 4xx is a temporary failure, 5xx a permanent one, 250 accepts, and for --data "drop" accepts and stores the
message but closes the connection without an answer, as a crash between the two would.

In FOLDER: 1.eml, 2.eml, ... the accepted messages, the bytes as sent, each whole once it is there; log.jsonl, one line
for every RCPT and DATA, written before the answer is given ("message": which .eml a DATA became):
{"command": "DATA", "from": "a@x.ca", "to": ["b@y.ca"], "code": 250, "tls": true, "user": null, "message": 1}.
"""

import argparse
import asyncio
import collections
import json
import logging
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

WORDS = {
    250: "2.0.0 OK",
    421: "4.3.2 Service not available",
    450: "4.2.0 Mailbox unavailable",
    451: "4.3.0 Local error in processing",
    452: "4.2.2 Mailbox full",
    550: "5.1.1 No such mailbox",
    552: "5.2.2 Mailbox full",
    553: "5.1.3 Bad mailbox name",
    554: "5.7.1 Message refused",
}

OPENSSL_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = localhost
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def answer(code):
    return f"{code} {WORDS.get(code, '2.0.0 OK' if code < 400 else 'Scripted by the test')}"


def codes(text):
    """"451,drop,250" -> a queue of numbers and 'drop'."""
    queue = collections.deque()
    for word in filter(None, text.split(",")):
        queue.append("drop" if word == "drop" else reply_code(word))
    return queue


def reply_code(text):
    if len(text) != 3 or not text.isdigit() or text[0] not in "245":
        raise argparse.ArgumentTypeError(f"'{text}' is not an SMTP reply code (2xx, 4xx, 5xx)")
    return int(text)


def refusal(text):
    address, _, code = text.rpartition(":")
    if not address:
        raise argparse.ArgumentTypeError("give ADDRESS:CODE")
    return address.lower(), reply_code(code)


class Mailbox:
    """aiosmtpd's handler: what the server says, and what it keeps."""

    def __init__(self, options):
        self.store = options.store
        self.rcpt, self.data = options.rcpt, options.data
        self.rejected = dict(options.reject_recipient)
        self.accepted = 0
        self.log = open(self.store / "log.jsonl", "a", encoding="utf-8")

    async def handle_RCPT(self, server, session, envelope, address, _options):
        code = self.rejected.get(address.lower())
        if code is None:
            code = self.rcpt.popleft() if self.rcpt else 250
        if code < 400:
            envelope.rcpt_tos.append(address)
        self.note("RCPT", session, envelope, [address], code)
        return answer(code)

    async def handle_DATA(self, server, session, envelope):
        code = self.data.popleft() if self.data else 250
        message = self.keep(envelope) if code == "drop" or code < 400 else None
        self.note("DATA", session, envelope, envelope.rcpt_tos, code, message)
        if code == "drop":
            server.transport.abort()
            raise asyncio.CancelledError  # no answer
        return answer(code)

    def keep(self, envelope):
        self.accepted += 1
        part = self.store / f"{self.accepted}.part"
        part.write_bytes(envelope.original_content)
        part.rename(self.store / f"{self.accepted}.eml")
        return self.accepted

    def note(self, command, session, envelope, to, code, message=None):
        user = session.auth_data.login.decode() if session.auth_data else None
        line = {"command": command, "from": envelope.mail_from, "to": to, "code": code}
        line |= {"tls": session.ssl is not None, "user": user, "message": message}
        self.log.write(json.dumps(line) + "\n")
        self.log.flush()


def tls(folder):
    """A server context for localhost, with a new key, signed by a new authority that is left in folder/ca.pem."""
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        (work / "openssl.cnf").write_text(OPENSSL_CONFIG)
        new = ["openssl", "req", "-x509", "-config", work / "openssl.cnf", "-days", "2", "-nodes", "-newkey", "ec"]
        new += ["-pkeyopt", "ec_paramgen_curve:P-256"]
        authority = ["-subj", "/CN=Recto test authority", "-extensions", "authority"]
        authority += ["-keyout", work / "ca.key", "-out", work / "ca.pem"]
        server = ["-extensions", "server", "-CA", work / "ca.pem", "-CAkey", work / "ca.key"]
        server += ["-keyout", work / "server.key", "-out", work / "server.pem"]
        for step in (authority, server):
            subprocess.run(new + step, check=True, stderr=subprocess.PIPE)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(work / "server.pem", work / "server.key")
        ca = folder / "ca.pem"
        ca.write_bytes((work / "ca.pem").read_bytes())
    return context, ca


def authenticator(credentials):
    expected = LoginPassword(*(part.encode() for part in credentials.split(":", 1)))

    def check(_server, _session, _envelope, _mechanism, given):
        good = isinstance(given, LoginPassword) and given == expected
        return AuthResult(success=good, handled=False, auth_data=given if good else None)

    return check


async def serve(options):
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    options.store.mkdir(parents=True, exist_ok=True)
    greeting = {}
    settings = {"hostname": "localhost", "enable_SMTPUTF8": not options.ascii}
    if options.starttls:
        settings["tls_context"], ca = tls(options.store.resolve())
        settings["require_starttls"] = True
        greeting["ca"] = str(ca)
    if options.auth:
        settings |= {
            "authenticator": authenticator(options.auth),
            "auth_required": True,
            "auth_require_tls": options.starttls,
        }
    mailbox = Mailbox(options)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, **settings), "127.0.0.1", 0)
    greeting["port"] = server.sockets[0].getsockname()[1]
    print(json.dumps(greeting), flush=True)

    closed = asyncio.Event()

    def wait_for_the_end():
        while os.read(sys.stdin.fileno(), 4096):
            pass
        loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    await closed.wait()
    os._exit(0)  # open connections end with the process


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--starttls", action="store_true", help="offer STARTTLS and refuse mail without it")
    parser.add_argument("--auth", metavar="USER:PASSWORD", help="accept mail only after this login")
    parser.add_argument("--ascii", action="store_true", help="offer no SMTPUTF8")
    parser.add_argument("--rcpt", type=codes, default="", metavar="CODES")
    parser.add_argument("--data", type=codes, default="", metavar="CODES")
    parser.add_argument("--reject-recipient", type=refusal, action="append", default=[], metavar="ADDRESS:CODE")
    options = parser.parse_args()
    if "drop" in options.rcpt:
        parser.error("'drop' is for --data only")
    if options.auth and ":" not in options.auth:
        parser.error("--auth wants USER:PASSWORD")
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
