"""Talk in a terminal.

    python -m examples.chat http://127.0.0.1:8000 ada@demo.pupmatch.example

What is typed goes into the newest conversation; what happens is printed as it happens.
"""

import asyncio
import getpass
import os
import sys
import uuid
from contextlib import aclosing, suppress

import httpx

from examples.api import sign_in
from examples.stream import Reset, Stream


async def listen(stream: Stream) -> None:
    """Print what happens."""
    async for event in stream.events():
        if isinstance(event, Reset):
            print("(a while has passed; showing what is new from here)")
        elif event.type == "message.created":
            print(f"{event.position:>5}  {event.data.get('body') or '…'}")
        else:
            print(f"{event.position:>5}  {event.type}")


async def talk(api: httpx.AsyncClient) -> None:
    """Send each line that is typed, until it has arrived."""
    inbox = (await api.get("/conversations?limit=1")).json()["results"]
    if not inbox:
        print("No conversation yet: match with somebody first.")
        return
    async for line in typed():
        if words := line.decode(errors="replace").strip():
            await deliver(api, inbox[0]["id"], words)


def typed() -> asyncio.StreamReader:
    """The lines that are typed. Without a thread, which Ctrl-C would have to wait for."""
    lines, loop = asyncio.StreamReader(), asyncio.get_running_loop()

    def take() -> None:
        if read := os.read(0, 4096):
            lines.feed_data(read)
        else:
            lines.feed_eof()
            loop.remove_reader(0)

    loop.add_reader(0, take)
    return lines


async def deliver(api: httpx.AsyncClient, conversation_id: str, body: str) -> None:
    """Send one message, with one `client_id` however often it takes."""
    message = {"client_id": str(uuid.uuid4()), "body": body}
    while True:
        try:
            answer = await api.post(f"/conversations/{conversation_id}/messages", json=message)
        except httpx.TransportError:
            await asyncio.sleep(1)
            continue
        if answer.is_client_error:
            print(f"({answer.json()['detail']})")
        if not answer.is_server_error:
            return
        await asyncio.sleep(1)


async def main() -> None:
    """Sign in, then listen and talk."""
    base_url, email = sys.argv[1:3]
    api = await sign_in(base_url, email, getpass.getpass("Password: "))
    async with aclosing(api), asyncio.TaskGroup() as tasks:
        tasks.create_task(listen(Stream(api)))
        tasks.create_task(talk(api))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
