"""Cards of many at once, as documents: for lists whose rows are chosen elsewhere."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, TextField, UUIDField
from django.db.models.functions import Cast
from orjson import Fragment

from profiles.models import Profile
from profiles.serializers import CardSerializer
from pupmatch.lib.documents import Param, Statement, document, surroundings

IDS = Param("ids", ArrayField(UUIDField()))
NAMED = Func(
    F("pk"), IDS, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField()
)
CARDS = Statement(
    lambda: (
        Profile.objects.filter(NAMED)
        .annotate(card=Cast(document(CardSerializer()), TextField()))
        .values_list("pk", "card")
    )
)


def documents(ids: Sequence[UUID], *, viewer: Profile, request: Any) -> dict[UUID, Fragment]:
    """The cards of these profiles as `CardSerializer` renders them for the viewer, in one query.

    Whom the viewer may see, the caller has asked. Whoever is gone meanwhile is missing.
    """
    values = {**surroundings(request), "user": viewer.user_id, "ids": list(ids)}
    return {pk: Fragment(card) for pk, card in CARDS.rows(values)}
