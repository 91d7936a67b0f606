"""Texts that would run if staff's pages let them, in every field that people fill in."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.models import Session
from matching.models import Like
from messaging.models import Message
from moderation.models import Case, Report
from moderation.reporting import report
from playgrounds.models import Playground, Review
from profiles.models import Profile, Prompt
from screening.models import Finding

# Short enough for a name; each would set window.pwned.
SHORT = '"><img src=x onerror=pwned=1>'
PROBE = (
    f"{SHORT}<script>pwned=1</script>' onfocus='pwned=1' autofocus='"
    "<svg/onload=pwned=1>{{constructor.constructor('pwned=1')()}}"
    '<a href="javascript:pwned=1">x</a>\u2028`${pwned=1}`</textarea><iframe srcdoc=\''
    "<script>parent.pwned=1</script>'>"
)


def plant() -> dict[str, str]:
    """Fill the fields of one person, report everything, and say on which pages it is seen."""
    reported = Case.objects.filter(about__isnull=False).values("about")
    said = Message.objects.filter(
        Q(sender__user__is_active=True), kind="text", deleted_at=None, held_at=None
    ).exclude(sender__user__in=reported)
    message = said.select_related("sender__user", "conversation__low", "conversation__high").first()
    assert message is not None
    talk, sender = message.conversation, message.sender
    other = talk.high if talk.low_id == sender.pk else talk.low
    Profile.objects.filter(pk=sender.pk).update(name=SHORT, bio=PROBE)
    Prompt.objects.filter(profile=sender).update(question=PROBE[:200], answer=PROBE)
    Message.objects.filter(pk=message.pk).update(body=PROBE)
    Session.objects.filter(user=sender.user).update(user_agent=PROBE[:200])
    Like.objects.filter(liker=sender).update(comment=PROBE[:200])
    place = Playground.objects.create(
        name=SHORT,
        description=PROBE,
        place=PROBE[:100],
        location="POINT(0 0)",
        created_by=sender.user,
    )
    review = Review.objects.create(user=sender.user, playground=place, stars=1, text=PROBE)
    Finding.objects.create(
        user=sender.user,
        kind="term",
        response="flag",
        subject_type="profile",
        subject_id=sender.pk,
        detail=PROBE[:200],
    )
    things: list[tuple[str, Any]] = [
        ("message", message),
        ("profile", sender),
        ("playground", place),
        ("review", review),
        *(("prompt", row) for row in sender.prompts.all()[:1]),
        *(("photo", row) for row in sender.photos.all()[:1]),
    ]
    for kind, row in things:
        report(
            reporter=other.user, subject_type=kind, subject_id=row.pk, reason="other", text=PROBE
        )
    case = Case.objects.open().get(about=sender.user)
    told = Report.objects.filter(case=case).first()
    rows = [row for _, row in things] + [told, case, sender.user, talk]
    pages = {
        f"probed {row._meta.verbose_name}": _page(row, "change", row.pk) for row in rows if row
    }
    lists = {
        f"probed {type(row)._meta.verbose_name_plural}": _page(row, "changelist")
        for row in rows
        if row
    }
    return {
        **pages,
        **lists,
        "probed person": reverse("admin:moderation_person", args=[sender.user_id]),
        "probed find": reverse("admin:moderation_find") + f"?q={sender.user_id}",
        "probed photos": reverse("admin:moderation_photos"),
        "probed appeals": reverse("admin:moderation_appeal_changelist"),
    }


def _page(row: Any, name: str, *args: object) -> str:
    opts = row._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=args)
