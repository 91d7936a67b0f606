"""What is left of a realtime server without everything: posted texts go to a socket."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

sockets: dict[str, WebSocket] = {}


async def listen(socket: WebSocket) -> None:
    await socket.accept()
    sockets[socket.query_params["name"]] = socket
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        pass


async def send(request: Request) -> Response:
    await sockets[request.path_params["name"]].send_text((await request.body()).decode())
    return Response(status_code=201)


application = Starlette(
    routes=[WebSocketRoute("/ws", listen), Route("/send/{name}", send, methods=["POST"])]
)
