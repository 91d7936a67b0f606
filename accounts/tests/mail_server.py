"""A mail server on the loopback address that takes, refuses or is busy, as it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

TAKES = "250 OK"
BUSY = "451 Come back later"
REFUSES = "550 No such user here"


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 at your service")
        for line in self.rfile:
            verb = line[:4].upper().strip().decode()
            if verb == "DATA":
                self.say("354 go on")
                self.server.letters.append(self.letter())
                self.say(TAKES)
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say(self.server.answer if verb == "RCPT" else TAKES)
        return None

    def letter(self) -> str:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(lines).decode()

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """`letters` are those that it took; `answer` is what it says to an addressee."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.letters: list[str] = []
        self.answer = TAKES


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
