"""The admin on a port of its own, in this process, saying with each answer what it cost.

`Server-Timing` of each answer holds the number of queries and the milliseconds in the view.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse

HOST = "127.0.0.1"


class CountingHandler(WSGIHandler):
    """The product, which says with each answer what it cost."""

    def get_response(self, request: HttpRequest) -> HttpResponse:
        queries = 0

        def count(execute: Callable, *args: Any) -> Any:
            nonlocal queries
            queries += 1
            return execute(*args)

        began = time.perf_counter()
        with connection.execute_wrapper(count):
            response = super().get_response(request)
        spent = (time.perf_counter() - began) * 1000
        response["Server-Timing"] = f"queries;dur={queries}, view;dur={spent:.1f}"
        return response


class QuietHandler(WSGIRequestHandler):
    """Without a line for each request."""

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server that lives as long as the block."""
    server = ThreadedWSGIServer((HOST, 0), QuietHandler, connections_override={})
    server.set_app(StaticFilesHandler(CountingHandler()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
