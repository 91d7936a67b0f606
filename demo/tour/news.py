"""How Leo hears of what Mia does, and what she is not told at night."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from demo.tour.owners import Owner, Surprise, Visit

SUBPROTOCOL = Subprotocol("pupmatch.v1")
PATIENCE_S = 10


def kinds(page: dict[str, Any]) -> str:
    """What a page of the stream tells, in a line."""
    last = page["events"][-1]["type"] if page["events"] else "none"
    return f"{len(page['events'])} up to position {page['position']}, the last {last}"


class Ear:
    """An open socket: what is heard, and when."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []

    def hear(self, kind: str) -> dict[str, Any]:
        """The next frame of this type; events are noted. Raises TimeoutError."""
        while True:
            frame = json.loads(self.socket.recv(timeout=PATIENCE_S))
            if "data" in frame:
                self.heard.append(frame)
            if frame["type"] == kind:
                return frame


@contextmanager
def listening(url: str) -> Iterator[Ear]:
    """An open socket. Raises Surprise for whatever goes wrong with it."""
    try:
        with connect(url, subprotocols=[SUBPROTOCOL], open_timeout=PATIENCE_S) as socket:
            yield Ear(socket)
    except (WebSocketException, OSError) as error:
        # The address holds a ticket, and is left out.
        raise Surprise(f"the socket: {type(error).__name__}: {error}") from error


class News(Visit):
    """The part of the evening that is about events, the socket and devices."""

    def listen(self, conversation: str) -> None:
        """Leo reads his stream, then hears of a message and of its change as they happen."""
        past = self.step(self.leo, "reads what happened so far", "GET", "/events", expect=200,
                         says=kinds)  # fmt: skip
        ticket = self.step(self.leo, "gets a ticket for the socket", "POST", "/realtime/ticket",
                           expect=201, says="good until {0[expires_at]}")  # fmt: skip
        start = time.perf_counter()
        with listening(f"{ticket['url']}&after={past['position']}") as ear:
            ready = ear.hear("ready")
            self.tell(self.leo, "opens the socket", json.dumps(ready), since=start)
            self.write_and_change(conversation, ear)
        missed = self.step(
            self.leo, "asks for the same by HTTP", "GET",
            f"/events?after={past['position']}&wait=5", expect=200, says=kinds,
        )  # fmt: skip
        # What they say differs: an event shows the message as it is when it is read.
        by_socket, by_poll = ([event["position"] for event in told]
                              for told in (ear.heard, missed["events"]))  # fmt: skip
        if by_socket != by_poll:
            raise Surprise(f"The socket told events {by_socket}, the poll {by_poll}.")

    def write_and_change(self, conversation: str, ear: Ear) -> None:
        """Mia writes and corrects herself; Leo hears of both."""
        path = f"/conversations/{conversation}/messages"
        words = {"client_id": str(uuid.uuid4()), "body": "At six, by the big oak?"}
        start = time.perf_counter()
        sent = self.step(self.mia, "writes", "POST", path, words, expect=201, says="{0[body]}")
        self.overhear(ear, "message.created", since=start)
        start = time.perf_counter()
        self.step(self.mia, "corrects what she wrote", "PATCH", f"/messages/{sent['id']}",
                  {"body": "At seven, by the big oak?"}, expect=200, says="{0[body]}")  # fmt: skip
        self.overhear(ear, "message.updated", since=start)

    def overhear(self, ear: Ear, kind: str, *, since: float) -> None:
        """Leo hears of what Mia began at `since`."""
        event = ear.hear(kind)
        heard = f"{event['position']}: {kind}, “{event['data']['body']}”"
        self.tell(self.leo, "hears of it on the socket", heard, since=since)

    def look_up(self) -> None:
        """Leo finds the message again by words that are in it, the last one unfinished."""
        found = self.step(self.leo, "searches for “oak seve”", "GET", "/messages/search?q=oak+seve",
                          expect=200, says=lambda page: f"{len(page['results'])} message")  # fmt: skip
        if not found["results"]:
            raise Surprise("The search does not find the message.")

    def be_reached(self, conversation: str) -> None:
        """Mia's telephone is registered, in quiet hours: nothing of a tour shall leave the house."""
        now = datetime.now(UTC)
        ends = [f"{now + timedelta(hours=hours):%H:%M}" for hours in (-1, 3)]
        quiet = {"quiet_hours": dict(zip(("start", "end"), ends, strict=True)), "time_zone": "UTC"}
        self.step(self.mia, "wants quiet for the night", "PATCH", "/me/notification-preferences",
                  quiet, expect=200,
                  says="{0[quiet_hours][start]} to {0[quiet_hours][end]}, {0[time_zone]}")  # fmt: skip
        path, phone = f"/me/devices/{uuid.uuid4()}", self.phone_of(self.mia)
        self.step(self.mia, "registers her telephone", "PUT", path, phone, expect=201,
                  says="{0[platform]}, by {0[provider]}, …{0[token_ending]}")  # fmt: skip
        words = {"client_id": str(uuid.uuid4()), "body": "We will be there."}
        self.step(self.leo, "answers", "POST", f"/conversations/{conversation}/messages", words,
                  expect=201, says="{0[body]}")  # fmt: skip
        print(f"{'':28}no push: it waits for the end of the quiet hours")
        self.step(self.mia, "wants no pushes any more", "DELETE", path, expect=204)

    @staticmethod
    def phone_of(owner: Owner) -> dict[str, str]:
        """A telephone that nobody has."""
        token = f"ExponentPushToken[{uuid.uuid5(uuid.NAMESPACE_URL, owner.email).hex}]"
        return {"provider": "expo", "token": token, "platform": "ios", "time_zone": "UTC",
                "locale": "en-US"}  # fmt: skip
