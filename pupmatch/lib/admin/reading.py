"""Reading what people wrote to each other: with a right, for a reason, for a while, and on record."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from pupmatch.lib.admin.actions import done, question
from pupmatch.lib.admin.base import ReadOnlyAdmin
from pupmatch.lib.audit import record
from pupmatch.lib.models import AuditEntry

# By its name: it belongs to a room above every page on which somebody could read.
PERMISSION = "moderation.read_messages"
ACTION = "messages.read"
OPEN_FOR = timedelta(minutes=30)
SHORTEST_REASON = 8
CLOSED = "Shown for 30 minutes to whoever gives a reason, which goes on record: “Read” above."


class ReasonForm(BaseDialogForm):
    """Why somebody has to read this."""

    reason = forms.CharField(
        min_length=SHORTEST_REASON,
        max_length=500,
        help_text="Such as the number of a case. It is kept for good, with your name and the time.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


def open_for_reading(request: HttpRequest, words: Model, *, reason: str) -> None:
    """Let whoever asks read `words`, such as a conversation, for half an hour. On record."""
    by = cast(AbstractBaseUser, request.user)
    record(by=by, action=ACTION, subject=words, reason=reason)


def may_read_now(request: HttpRequest, words: Model) -> bool:
    """Whether whoever asks has given a reason lately. The record itself is what opens the words."""
    given = AuditEntry.objects.by(request.user.pk).about(words)
    return request.user.has_perm(PERMISSION) and (
        given.filter(action=ACTION, at__gt=Now() - OPEN_FOR).exists()
    )


class ReadWithReason(ReadOnlyAdmin):
    """Rows that hold, or belong to, what people wrote to each other.

    On a row's page `row.is_open` says whether the words may be shown; elsewhere they never are.
    """

    actions_detail = ("read",)

    def words_of(self, row: Any) -> Model:
        """What a reason opens: the row, or what it is a part of."""
        return row

    def is_open(self, request: HttpRequest, row: Any) -> bool:
        """Whether the words may be shown to whoever asks."""
        return may_read_now(request, self.words_of(row))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page, whose fields know whether it is open."""
        if row := kwargs.get("obj"):
            row.is_open = self.is_open(request, row)
        return super().render_change_form(request, context, *args, **kwargs)

    def has_read_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may see the row and read messages; not again while they are open."""
        if not request.user.has_perm(PERMISSION) or not self.has_view_permission(request):
            return False
        row = self.get_object(request, object_id) if object_id else None
        return not object_id or (row is not None and not self.is_open(request, row))

    @action(
        description="Read",
        permissions=["read"],
        icon="visibility",
        variant=ActionVariant.WARNING,
        dialog={
            **question(
                "Why do you have to read this?",
                "What people write to each other is private. You can read it for 30 minutes.",
                "Read",
            ),
            "form_class": ReasonForm,
        },
    )
    def read(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Open the words, and put that on record."""
        row = self.row(request, object_id)
        reason = form.cleaned_data["reason"]
        open_for_reading(request, self.words_of(row), reason=reason)
        return done(request, row, "Open for 30 minutes. Your reason is on record.")
