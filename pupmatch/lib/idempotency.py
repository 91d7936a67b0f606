"""`Idempotency-Key`: a POST that is sent again answers again, and does nothing again."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from pupmatch.lib.models import IdempotentAnswer
from pupmatch.lib.problems import Problem

# What `_key` takes: of Latin-1, which headers are in, whatever is printed.
PRINTABLE = r"^[ -~\u00a1-\u00ac\u00ae-\u00ff]+$"

HEADER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": PRINTABLE},
    OpenApiParameter.HEADER,
    description="Sent again within a day, the same request answers the same and does "
    "nothing more; with another body it is 409 `idempotency_key_reused`.",
)


class KeyReused(Problem):
    """The key belongs to another request."""

    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key was used with another body."


def fingerprint(request: Any) -> str:
    """A digest of what is asked for: address and parsed body, file contents included."""
    asked = [request.method, request.get_full_path(), _plain(request.data)]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _plain(body: Any) -> Any:
    if not isinstance(body, QueryDict):
        return body
    return {name: [_part(value) for value in values] for name, values in body.lists()}


def _part(value: Any) -> str:
    if not isinstance(value, UploadedFile):
        return f"text:{value}"
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return f"file:{digest.hexdigest()}"


def idempotent(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Make a view's POST honour `Idempotency-Key`.

    The answer is stored by the transaction that does the work, so a repeat finds both or neither;
    one that arrives while the first still runs waits for it.
    """

    @wraps(handler)
    def wrapper(view: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
        key = _key(request)
        if key is None:
            return handler(view, request, *args, **kwargs)
        with transaction.atomic():
            return _once(key, request, lambda: handler(view, request, *args, **kwargs))

    return extend_schema(parameters=[HEADER])(wrapper)


def earlier_answer(request: Any) -> Response | None:
    """What this request was answered before, for a view that has much to do before its work.

    Such a view does that first, outside of any transaction, and the rest in an `idempotent` method.
    """
    key = _key(request)
    if key is None:
        return None
    kept = IdempotentAnswer.objects.filter(user=request.user, created_at__gte=_oldest())
    answer = kept.filter(key=key).first()
    return _repeated(answer, fingerprint(request)) if answer else None


def _key(request: Any) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= 255 and key.isprintable()):
        raise ValidationError({"Idempotency-Key": ["Use 1 to 255 printable characters."]})
    return key


def _repeated(answer: IdempotentAnswer, asked: str) -> Response:
    if answer.fingerprint != asked:
        raise KeyReused
    return Response(answer.body, status=answer.status)


def _once(key: str, request: Any, handle: Callable[[], Response]) -> Response:
    asked = fingerprint(request)
    _expired().filter(user=request.user, key=key).delete()
    answer, is_new = IdempotentAnswer.objects.get_or_create(
        user=request.user, key=key, defaults={"fingerprint": asked}
    )
    if not is_new:
        return _repeated(answer, asked)
    response = handle()
    answer.status = response.status_code
    # Rendered first, so that the repeat reads what the first one read: dates and ids as text.
    answer.body = json.loads(JSONRenderer().render(response.data) or "null")
    answer.save(update_fields=["status", "body"])
    return response


def _oldest() -> datetime:
    return timezone.now() - IdempotentAnswer.LIFETIME


def _expired() -> QuerySet[IdempotentAnswer]:
    return IdempotentAnswer.objects.filter(created_at__lt=_oldest())


def forget_expired_answers() -> int:
    """Remove the answers that are no longer repeated, and say how many."""
    return _expired().delete()[0]
