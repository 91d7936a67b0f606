"""What a browser may do with our answers (CSP Level 3), said with each of them.

Whatever says nothing of its own may load nothing and stand in nobody's frame: an answer of the API
that is opened as a page is a dead one. Nowhere may a script or a style stand in a page itself.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Of files that strangers uploaded, where one is opened as a page.
FILE = f"{NOTHING}; sandbox"
# Chromium asks for it; none of our pages wants any of these.
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def _pages(*, scripts: str, forms: str) -> str:
    images = " ".join(["'self'", "data:", "blob:", *settings.PHOTO_ORIGINS])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self'",
            f"img-src {images}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"form-action {forms}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


class BrowserPolicyMiddleware:
    """Adds the policy of the pages that an address belongs to, unless the answer brings its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Unfold's Alpine makes functions of its attributes' texts; they are all ours, and what
        # people wrote stands in none of them.
        self.staff = _pages(scripts="'self' 'unsafe-eval'", forms="'self'")
        self.docs = _pages(scripts="'self'", forms="'none'")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header(HEADER):
            response[HEADER] = self._policy(request.path_info)
        response["Permissions-Policy"] = PERMISSIONS
        return response

    def _policy(self, path: str) -> Any:
        if path.startswith("/admin"):
            return self.staff
        return self.docs if path.startswith("/api/docs") else NOTHING
