"""Photos from the local folder, where no bucket or web server serves them."""

from collections.abc import Callable

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

from pupmatch.lib import policies
from pupmatch.lib.problems import not_found

# All that we ever write; the view says it of every file, and serves no other.
SUFFIX, CONTENT_TYPE = ".webp", "image/webp"


class PhotoHostMiddleware:
    """Photos from `settings.PHOTO_HOST` and nothing else from there, nor photos from elsewhere.

    What strangers uploaded then has another origin than the API and the pages of staff.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_photo = request.path_info.startswith("/media/")
        # However it is spelt: in capitals, with a port, with the dot that ends every name.
        host, _ = split_domain_port(request.get_host())
        if is_photo is not (host == split_domain_port(settings.PHOTO_HOST)[0]):
            return not_found(request, Http404())
        return self.get_response(request)


@require_safe
def photo(request: HttpRequest, path: str) -> HttpResponseBase:
    """A rendition. Names are unguessable and never reused, so it may be cached for good."""
    if not path.endswith(SUFFIX):
        raise Http404
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except OSError as error:  # a name that no file system takes
        raise Http404 from error
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    if isinstance(response, FileResponse):
        response["Content-Type"] = CONTENT_TYPE
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = policies.FILE
    return response
