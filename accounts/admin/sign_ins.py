"""Where people are signed in, how they tried to, and whom they blocked."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts import standing
from accounts.models import (
    AuthenticationAttempt,
    Block,
    RefreshTokenRecord,
    Session,
    User,
    email_digest,
    normalize_email,
)
from pupmatch.lib.admin.actions import done, question
from pupmatch.lib.admin.base import ReadOnlyAdmin, link
from pupmatch.lib.admin.filters import state_filter
from pupmatch.lib.admin.sections import Section
from pupmatch.lib.admin.when import MadeFilter


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Sign-ins; staff end them and change nothing else."""

    section = Section.SAFETY
    icon = "devices"
    person_path = "user"
    list_display = ("device", "owner", "state", "ip_address", "last_used_at", "created_at")
    list_filter = (
        state_filter("ended_at", absent="Not ended", present="Ended"),
        "end_reason",
        MadeFilter,
    )
    list_select_related = ("user",)
    search_fields = ("id", "user", "device_id", "user__email__startswith")
    search_help_text = "Beginning of an address, or id of a sign-in or account"
    actions = ("end_selected",)
    actions_detail = ("end",)

    @display(description="device")
    def device(self, session: Session) -> str:
        """What the app or browser says about itself."""
        return session.user_agent or "unknown"

    @display(description="account")
    def owner(self, session: Session) -> SafeString:
        """Who is signed in."""
        return link(session.user)

    @display(description="state", label={"live": "success"})
    def state(self, session: Session) -> str:
        """Live, or how it ended."""
        if session.ended_at:
            return session.get_end_reason_display()
        return "live" if session.expires_at > timezone.now() else "expired"

    def has_end_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may change sign-ins, which means nothing but ending them; only a live one."""
        if object_id is None:
            return self.may(request, "change")
        session = self.get_object(request, object_id)
        if session is None or self.state(session) != "live":
            return False
        return self.may(request, "change") and (
            request.user.is_superuser or not session.user.is_staff
        )

    @admin.action(description="End", permissions=["end"])
    def end_selected(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        """End those that are live."""
        ended = [row for row in queryset if self.has_end_permission(request, str(row.pk))]
        for session in ended:
            standing.end_session(session=session)
            self.log(request, session, "session.end", user=session.user_id)
        self.message_user(request, f"Sign-ins ended: {len(ended)}.", messages.SUCCESS)

    @action(
        description="End",
        permissions=["end"],
        icon="logout",
        variant=ActionVariant.DANGER,
        dialog=question("End this sign-in?", "The device has to sign in again.", "End"),
    )
    def end(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """End it."""
        session = self.row(request, object_id)
        standing.end_session(session=session)
        self.log(request, session, "session.end", user=session.user_id)
        return done(request, session, "The sign-in has ended.")


@admin.register(AuthenticationAttempt)
class AuthenticationAttemptAdmin(ReadOnlyAdmin):
    """The sign-in log."""

    section = Section.SAFETY
    icon = "key"
    list_display = ("created_at", "who", "method", "result", "ip_address", "user_agent")
    list_filter = ("outcome", "method", MadeFilter)
    list_select_related = ("user",)
    search_fields = ("id", "user", "ip_address", "user__email__startswith")
    search_help_text = "Address, IP address, or id of an account"
    ordering = ("-created_at",)
    fields = ("created_at", "user", "method", "result", "ip_address", "user_agent")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """A whole address also finds attempts from before it had an account."""
        term = search_term.strip()
        if "@" not in term:
            return super().get_search_results(request, queryset, term)
        owner = User.objects.filter(email=normalize_email(term)).first()
        found = Q(email_digest=email_digest(term)) | (Q(user=owner) if owner else Q())
        return queryset.filter(found), False

    @display(description="account")
    def who(self, attempt: AuthenticationAttempt) -> SafeString | str:
        """Whose account it was, if anybody's."""
        return link(attempt.user) if attempt.user else "unknown"

    @display(description="outcome", label={"accepted": "success", "refused": "danger"})
    def result(self, attempt: AuthenticationAttempt) -> str:
        """How it ended."""
        return attempt.outcome


@admin.register(RefreshTokenRecord)
class RefreshTokenRecordAdmin(ReadOnlyAdmin):
    """Which refresh tokens were handed out and spent; the tokens themselves are nowhere."""

    section = Section.SAFETY
    icon = "token"
    list_display = ("jti", "session", "created_at", "spent_at")
    list_filter = (state_filter("spent_at", absent="Unspent", present="Spent"),)
    list_select_related = ("session",)
    search_fields = ("jti", "session")
    search_help_text = "Id of a token or sign-in"


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    """Who wants nothing to do with whom; nobody lifts a block but whoever made it."""

    section = Section.SAFETY
    icon = "block"
    list_display = ("created_at", "blocking", "against")
    list_filter = (MadeFilter,)
    list_select_related = ("blocker", "blocked")
    search_fields = ("id", "blocker", "blocked")
    search_help_text = "Id of a block or account"

    def title_of(self, row: Any) -> str:
        """Both accounts."""
        return f"{row.blocker} blocks {row.blocked}"

    @display(description="blocker")
    def blocking(self, block: Block) -> SafeString:
        """Who blocks."""
        return link(block.blocker)

    @display(description="blocked")
    def against(self, block: Block) -> SafeString:
        """Who is blocked."""
        return link(block.blocked)
