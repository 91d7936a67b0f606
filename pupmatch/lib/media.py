"""Photos from the local folder, where no bucket or web server serves them."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve


def photo(request: HttpRequest, path: str) -> HttpResponseBase:
    """A rendition. Names are unguessable and never reused, so it may be cached for good."""
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except OSError as error:  # a name that no file system takes
        raise Http404 from error
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    if isinstance(response, FileResponse):
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
