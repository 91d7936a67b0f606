"""Where guesses failed, and what is locked by it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts import lockout
from accounts.attempts import Outcome
from accounts.models import FailedSignIn, User, email_digest
from pupmatch.lib.admin.actions import done, question
from pupmatch.lib.admin.base import ReadOnlyAdmin, StaffChangeList, link
from pupmatch.lib.admin.sections import Section
from pupmatch.lib.staff.answers import leads_to

EDIT_PEOPLE = "accounts.change_user"
# More accounts than that are not guessed at in a quarter of an hour, but by somebody who tries lists.
NAMED_AT_MOST = 1000


def owners() -> dict[str, User]:
    """By their digests, whose accounts were guessed at lately."""
    lately = timezone.now() - lockout.lasts()
    guessed = User.objects.filter(
        attempts__outcome=Outcome.REFUSED, attempts__created_at__gte=lately
    )
    found = User.objects.filter(Q(is_staff=True) | Q(pk__in=guessed.values("pk")))
    return {email_digest(user.email): user for user in found[:NAMED_AT_MOST]}


class FailedChangeList(StaffChangeList):
    """Rows that know whose they are."""

    def get_results(self, request: HttpRequest) -> None:
        """Asked once for the whole page."""
        super().get_results(request)
        names = owners()
        rows = list(self.result_list)  # type: ignore[has-type]
        for row in rows:
            row.owner = names.get(row.username)
        self.result_list = rows


@admin.register(FailedSignIn)
class FailedSignInAdmin(ReadOnlyAdmin):
    """Guesses that failed, and what is locked by them; whoever may edit people lifts that."""

    section = Section.SAFETY
    icon = "lock_clock"
    explanation = (
        "Five failures in a quarter of an hour lock an account for where they came from, fifty for"
        " wherever it was never signed in, and twenty lock a network."
    )
    list_display = ("attempt_time", "who", "place", "failures_since_start", "light")
    search_fields = ("ip_address",)
    search_help_text = "IP address, or an e-mail address"
    fields = ("attempt_time", "who", "place", "failures_since_start", "state")
    actions = ("lift_selected",)
    actions_detail = ("lift",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may edit people."""
        return request.user.has_perm(EDIT_PEOPLE)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FailedSignIn]:
        """Without what was taken back: somebody signed in there."""
        return super().get_queryset(request).filter(failures_since_start__gt=0)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[FailedChangeList]:
        """Ours."""
        return FailedChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """With whose it is."""
        row = super().get_object(request, object_id, from_field)
        if row:
            row.owner = owners().get(row.username)
        return row

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Also by an e-mail address, of which only the digest is stored."""
        if "@" in search_term:
            return queryset.filter(username=email_digest(search_term)), False
        return super().get_search_results(request, queryset, search_term)

    def title_of(self, row: Any) -> str:
        """Where it came from."""
        return f"Failed sign-ins from {self.place(row)}"

    @display(description="account")
    def who(self, row: Any) -> SafeString | str:
        """Whose account it was, if anybody's."""
        if not row.username:
            return "any"
        return link(row.owner) if row.owner else "unknown"

    @display(description="from")
    def place(self, row: Any) -> str:
        """What the failures are counted for."""
        if row.ip_address != lockout.EVERYWHERE:
            return row.ip_address
        everywhere = {"account": "wherever it is new", "codes": "anywhere, codes"}
        return everywhere.get(lockout.kind(row), "a known device")

    @display(description="locked")
    def state(self, row: Any) -> str:
        """Whether it is, and until when."""
        if lockout.is_locked(row):
            return f"until {lockout.until(row):%H:%M} UTC"
        return "not yet" if lockout.counts(row) else "no more"

    @display(description="locked", label={True: "danger", False: "info"})
    def light(self, row: Any) -> tuple[bool, str]:
        """The same, in red while it is."""
        return lockout.is_locked(row), self.state(row)

    def has_lift_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may edit people; of staff's accounts superusers."""
        if object_id is None or request.user.is_superuser:
            return request.user.has_perm(EDIT_PEOPLE)
        row = self.get_object(request, object_id)
        is_of_staff = row is not None and row.owner is not None and row.owner.is_staff
        return row is not None and request.user.has_perm(EDIT_PEOPLE) and not is_of_staff

    @admin.action(description="Lift", permissions=["lift"])
    def lift_selected(self, request: HttpRequest, queryset: QuerySet[FailedSignIn]) -> None:
        """Forget the failures of these accounts and networks."""
        names = owners()
        lifted = [row for row in queryset if self.has_lift_permission(request, str(row.pk))]
        for row in lifted:
            self._lift(request, row, names.get(row.username))
        self.message_user(request, f"Lifted: {len(lifted)}.", messages.SUCCESS)

    @action(
        description="Lift",
        permissions=["lift"],
        icon="lock_open",
        variant=ActionVariant.PRIMARY,
        dialog=question(
            "Let them try again?",
            "The failures of this account and of this network are forgotten.",
            "Lift",
        ),
    )
    def lift(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Forget the failures of this account and network."""
        row = self.row(request, object_id)
        self._lift(request, row, row.owner)
        messages.success(request, "They can try again.")
        return leads_to(request, reverse("admin:accounts_failedsignin_changelist"))

    def _lift(self, request: HttpRequest, row: FailedSignIn, owner: User | None) -> None:
        lockout.lift(row)
        where = row.ip_address
        self.log(request, owner or row, "user.lockout_lifted", ip_address=where)


class LiftsLockouts:
    """For the page of an account: help for somebody who is locked out of it."""

    def has_lift_lockout_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Whoever may edit the account, while something of it is locked."""
        allows: Any = self._allows  # type: ignore[attr-defined]
        return allows(request, object_id, lambda user: bool(lockout.locks_of(user.email)))

    @action(
        description="Lift lockout",
        permissions=["lift_lockout"],
        icon="lock_open",
        dialog=question(
            "Let them try again?",
            "What failed on this account is forgotten, wherever it came from.",
            "Lift",
        ),
    )
    def lift_lockout(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Forget what failed on the account."""
        user = self.row(request, object_id)  # type: ignore[attr-defined]
        lockout.forgive(user.email)
        self.log(request, user, "user.lockout_lifted")  # type: ignore[attr-defined]
        return done(request, user, "They can try again.")
