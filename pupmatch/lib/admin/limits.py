"""Who went past a limit of how often one may ask, and letting them ask again."""

from collections.abc import Iterable
from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from pupmatch.lib.admin.actions import done, question
from pupmatch.lib.admin.base import ReadOnlyAdmin, link
from pupmatch.lib.admin.reading import ReasonForm
from pupmatch.lib.admin.sections import Figure, Section
from pupmatch.lib.models import LimitedCaller
from pupmatch.lib.throttling.refusals import lift


class NowFilter(SimpleListFilter):
    """Whether they are limited at this moment."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Now, or no more."""
        return [("now", "Limited now"), ("over", "Over or lifted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those in the state chosen."""
        match self.value():
            case "now":
                return queryset.filter(_is_limited())
            case "over":
                return queryset.exclude(_is_limited())
        return queryset


class ScopeFilter(SimpleListFilter):
    """By limit, of those that the settings name: asking the table would read it whole."""

    title = "limit"
    parameter_name = "scope"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Every limit."""
        return [(scope, scope) for scope in sorted(settings.RATE_LIMITS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those past the limit chosen."""
        return queryset.filter(scope=self.value()) if self.value() else queryset


def _is_limited() -> Q:
    return Q(window_ends_at__gt=timezone.now(), lifted_at=None)


@admin.register(LimitedCaller)
class LimitedCallerAdmin(ReadOnlyAdmin):
    """People and addresses that were answered 429; staff lift a limit and change nothing else."""

    section = Section.SAFETY
    icon = "speed"
    person_path = "user"
    explanation = (
        "Whoever asks more often than a limit allows is refused until its window is over. "
        "One line for each limit and caller, about the last time."
    )
    figures = (
        Figure("Limited now", lambda: LimitedCaller.objects.filter(_is_limited()), "?state=now"),
    )
    list_display = ("who", "scope", "limit", "state", "refusals", "windows", "since")
    list_filter = (NowFilter, "kind", ScopeFilter)
    list_select_related = ("user",)
    search_fields = ("id", "user", "user__email__startswith", "caller__startswith")
    search_help_text = "Beginning of an address or IP address, or id of an account"
    ordering = ("-window_ends_at",)
    fields = (
        ("who", "kind"), ("scope", "limit"), ("since", "state"), ("refusals", "windows"),
    )  # fmt: skip
    actions_detail = ("lift",)

    def title_of(self, row: Any) -> str:
        """Which limit of whom."""
        return f"{row.scope} of {row.user or row.caller}"

    @display(description="caller")
    def who(self, row: LimitedCaller) -> SafeString | str:
        """The account, or the address."""
        return link(row.user) if row.user else row.caller

    @display(description="limit")
    def limit(self, row: LimitedCaller) -> str:
        """How many in which time."""
        return f"{row.allowed:,} in {row.seconds:,} s"

    @display(description="state", label={"limited": "danger", "over": "info", "lifted": "success"})
    def state(self, row: LimitedCaller) -> tuple[str, str]:
        """Until when, or how it ended."""
        if row.lifted_at:
            return "lifted", f"lifted {row.lifted_at:%-d %b, %H:%M}"
        until = f"until {row.window_ends_at:%-d %b, %H:%M:%S}"
        return ("limited", until) if row.window_ends_at > timezone.now() else ("over", "over")

    def has_lift_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may change these, which means nothing but lifting; only one that holds."""
        if object_id is None:
            return self.may(request, "change")
        row = self.get_object(request, object_id)
        is_limited = row is not None and self.state(row)[0] == "limited"
        return is_limited and self.may(request, "change")

    @action(
        description="Lift",
        permissions=["lift"],
        icon="lock_open",
        variant=ActionVariant.PRIMARY,
        dialog={
            **question(
                "Let them ask again?",
                "This limit begins anew for this caller; their others stay as they are.",
                "Lift",
            ),
            "form_class": ReasonForm,
        },
    )
    def lift(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Begin its window anew."""
        row, by = self.row(request, object_id), cast(AbstractBaseUser, request.user)
        lift(limited=row, by=by, reason=form.cleaned_data["reason"])
        return done(request, row, "They can ask again.")
