"""Looking at what people write, and noting what is found; staff judge it, nobody else.

Nothing here refuses anything: the answer is a response, which the caller carries out in the same
transaction.
"""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID, uuid5

from django.conf import settings
from django.utils import timezone

from pupmatch.lib.jobs import enqueue
from screening import contacts, openers, terms
from screening.bans import is_banned_device, is_banned_text
from screening.models import Finding, Opener, Response

Place = Literal["profile", "opener"]
MAX_DETAIL = 200


def look_at_text(
    *,
    user_id: UUID,
    subject_type: str,
    subject_id: UUID,
    texts: list[str],
    place: Place,
    can_hold: bool = True,
) -> Response | None:
    """Look for contact details, links and listed words, and in profiles for what staff removed.

    Says the strongest response to what is found. `texts` are the parts of one thing, such as a
    question and its answer; what the caller cannot hold is flagged. Call it in the transaction that
    writes them.
    """
    text = "\n".join(texts)
    found: dict[tuple[str, str], tuple[Response, str]] = {}
    for each in contacts.find(text):
        # What somebody wrote to somebody is not repeated where staff read without giving a reason.
        detail = each.what if place == "opener" else f"{each.what}: {each.excerpt}"
        response = Response(settings.SCREENING[place, each.kind])
        found.setdefault((each.kind, ""), (response, detail))
    for term in terms.listed(text, place=place):
        found[Finding.Kind.TERM, term.text] = (Response(term.response), term.text)
    if place == "profile" and is_banned_text(texts):
        found[Finding.Kind.BANNED_TEXT, ""] = (Response.HOLD, "")
    for (kind, _), (response, detail) in found.items():
        record(
            user_id=user_id,
            kind=kind,
            response=response if can_hold else Response.FLAG,
            subject_type=subject_type,
            subject_id=subject_id,
            detail=detail,
        )
    return strongest(response for response, _ in found.values())


def look_at_opener(
    *, user_id: UUID, conversation_id: UUID, message_id: UUID, body: str | None
) -> Response | None:
    """The same for a message to somebody who has not answered, or None for a shared place.

    Also notes whoever writes to very many, or the same to many. Call it in the transaction that
    writes the message.
    """
    openers.note(user_id=user_id, conversation_id=conversation_id, body=body)
    _record_conspicuous(user_id, subject_type="message", subject_id=message_id)
    if not body:
        return None
    return look_at_text(
        user_id=user_id,
        subject_type="message",
        subject_id=message_id,
        texts=[body],
        place="opener",
    )


def look_at_comment(*, user_id: UUID, liked_id: UUID, like_id: UUID, comment: str) -> None:
    """The same for what comes with a like, which is the first message to somebody; it is shown.

    Short ones do not count: who likes many dogs praises many.
    """
    if openers.sketched(comment):
        # One id for the two of them, however often the like is taken back.
        openers.note(user_id=user_id, conversation_id=uuid5(user_id, str(liked_id)), body=comment)
        _record_conspicuous(user_id, subject_type="like", subject_id=like_id)
    look_at_text(
        user_id=user_id,
        subject_type="like",
        subject_id=like_id,
        texts=[comment],
        place="opener",
        can_hold=False,
    )


def _record_conspicuous(user_id: UUID, *, subject_type: str, subject_id: UUID) -> None:
    for kind, detail in openers.conspicuous(user_id=user_id).items():
        # Once a day for each person: the first one over the line says it all.
        since = timezone.now() - Opener.KEPT
        if not Finding.objects.filter(user=user_id, kind=kind, created_at__gt=since).exists():
            record(
                user_id=user_id,
                kind=kind,
                response=Response.FLAG,
                subject_type=subject_type,
                subject_id=subject_id,
                detail=detail,
            )


def look_at_device(*, user_id: UUID, device_id: UUID, detail: str) -> bool:
    """Whether an installation is banned; who came with it is noted. `detail` says what they did.

    No proof of anything: telephones are lent and sold.
    """
    is_banned = is_banned_device(device_id)
    if is_banned:
        record(
            user_id=user_id,
            kind=Finding.Kind.BANNED_DEVICE,
            response=Response.FLAG,
            subject_type="account",
            subject_id=user_id,
            detail=detail,
        )
    return is_banned


def record(
    *,
    user_id: UUID,
    kind: str,
    response: Response,
    subject_type: str,
    subject_id: UUID,
    detail: str = "",
) -> None:
    """Note a finding, and have a case take it up; the same one once, while it waits for that."""
    _, is_new = Finding.objects.new().get_or_create(
        user_id=user_id,
        kind=kind,
        response=response,
        subject_type=subject_type,
        subject_id=subject_id,
        detail=detail[:MAX_DETAIL],
        gathered_at=None,
    )
    if is_new:
        enqueue("moderation.tasks.gather_findings")


def strongest(responses: Iterable[Response]) -> Response | None:
    """The one that goes furthest; None for none."""
    found = set(responses)
    return Response.HOLD if Response.HOLD in found else Response.FLAG if found else None
