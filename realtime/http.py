"""The few addresses that the realtime process answers in HTTP, by Django's views and middleware."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.urls import resolve, set_urlconf

from pupmatch.lib.middleware import ApiMiddleware, RequestIdMiddleware
from pupmatch.lib.policies import BrowserPolicyMiddleware
from pupmatch.lib.requests import Utf8AsgiRequest
from realtime.sockets import Send

URLCONF = "realtime.process_urls"


def django_request(scope: dict[str, Any]) -> Utf8AsgiRequest:
    """The request as Django sees it. Its body is not read: nothing here takes one."""
    # Django decodes strictly, outside of what turns exceptions into answers.
    query_string = scope["query_string"].decode("utf-8", "replace").encode()
    return Utf8AsgiRequest({**scope, "query_string": query_string}, BytesIO())


def _view(request: HttpRequest) -> HttpResponse:
    request.get_host()  # raises DisallowedHost
    match = request.resolver_match = resolve(request.path_info, URLCONF)
    response = match.func(request, *match.args, **match.kwargs)
    if hasattr(response, "render"):
        response.render()
        # It leads to the view, which leads back: the memory would wait for the garbage collector.
        response.renderer_context = None
    return response


def _chain() -> Any:
    handler: Any = convert_exception_to_response(_view)
    # Those of the web process that an API without bodies, cookies and pages needs.
    chain = (ApiMiddleware, BrowserPolicyMiddleware, SecurityMiddleware, RequestIdMiddleware)
    for middleware in chain:
        handler = convert_exception_to_response(middleware(handler))
    return handler


_handle = _chain()


def respond(request: HttpRequest) -> HttpResponse:
    """The answer to a request; never raises."""
    set_urlconf(URLCONF)  # for the handlers of errors
    return _handle(request)


async def send_response(send: Send, response: HttpResponse, *, is_head: bool) -> None:
    """Send an answer that is complete, and wait until it is taken or given up (`AnswerProtocol`)."""
    body = response.content
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.items()
        if name.lower() != "content-length"
    ]
    if response.status_code != HTTPStatus.NO_CONTENT:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else body, "more_body": True})
    await send({"type": "http.response.body"})
