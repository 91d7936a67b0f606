"""Playgrounds, favourites and reviews, as staff see them."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from playgrounds.models import Favorite, Feature, Playground, Review
from pupmatch.lib.admin.base import ReadOnlyAdmin, StaffAdmin, link
from pupmatch.lib.admin.filters import state_filter
from pupmatch.lib.admin.maps import MAP_MEDIA, draw, shape
from pupmatch.lib.admin.sections import Figure, Section
from pupmatch.lib.admin.when import MadeFilter


class OriginFilter(admin.SimpleListFilter):
    """Added by people, or brought by a data set."""

    title = "origin"
    parameter_name = "origin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """The two ways in."""
        return [("people", "Added by people"), ("import", "Imported")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those that came that way."""
        match self.value():
            case "people":
                return queryset.filter(source="")
            case "import":
                return queryset.exclude(source="")
        return queryset


class FeatureFilter(admin.SimpleListFilter):
    """What the place offers."""

    title = "feature"
    parameter_name = "feature"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """All that there are."""
        return Feature.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those that offer it."""
        return queryset.filter(features__contains=[self.value()]) if self.value() else queryset


@admin.register(Playground)
class PlaygroundAdmin(StaffAdmin):
    """Places. What an import brought is changed by the next one, so its marks stay as they are."""

    section = Section.PLACES
    icon = "park"
    page_media = MAP_MEDIA
    figures = (Figure("Playgrounds", lambda: Playground.objects.all()),)
    deletion_takes = (
        "It leaves everybody's favourites",
        "Its reviews",
        "Messages that share it stay, and say that it is gone",
        "An imported one comes back with the next import",
    )

    list_display = ("name", "place", "offers", "origin", "created_at")
    list_filter = (
        OriginFilter,
        FeatureFilter,
        state_filter("held_at", absent="Found by everybody", present="Held"),
        MadeFilter,
    )
    search_fields = ("id", "created_by", "search_text__contains")
    search_help_text = "Name or place, or id of a playground or account"
    sortable_by = ("name",)
    readonly_fields = (
        "map", "source", "source_id", "created_by", "created_at", "updated_at", "held_at",
        "rating",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("name", "place", "description", "features")}),
        ("Location", {"fields": ("location",)}),
        ("What people think", {"fields": (("rating", "held_at"),)}),
        (
            "Origin",
            {
                "fields": (
                    "source", "source_id", "attribution", "created_by", "created_at", "updated_at",
                ),
                "description": "Imported places are written again by the next import.",
            },
        ),
    )  # fmt: skip

    @display(description="offers")
    def offers(self, playground: Playground) -> str:
        """Its features by name."""
        return ", ".join(str(Feature(name).label) for name in playground.features)

    @display(description="origin", label=True)
    def origin(self, playground: Playground) -> str:
        """The data set, or that a person added it."""
        return playground.source or "people"

    @display(description="rating")
    def rating(self, playground: Playground) -> str | None:
        """What its reviews make of it."""
        if not playground.reviews_count:
            return None
        return f"{playground.stars} of {playground.reviews_count} reviews"

    @display(description="map")
    def map(self, playground: Playground) -> SafeString:
        """The place, for those who may not move it."""
        return draw([shape(playground.location)])

    def get_fieldsets(self, request: HttpRequest, obj: Playground | None = None) -> Any:
        """The map is for clicking only where a click may change something."""
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj and not self.has_change_permission(request, obj):
            fieldsets[1] = ("Location", {"fields": ("map",)})
        return fieldsets

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """The searched text is kept in small letters."""
        return super().get_search_results(request, queryset, search_term.lower())


@admin.register(Favorite)
class FavoriteAdmin(ReadOnlyAdmin):
    """Who likes which place."""

    section = Section.PLACES
    icon = "favorite"
    list_display = ("created_at", "person", "place")
    list_filter = (MadeFilter,)
    list_select_related = ("user", "playground")
    search_fields = ("id", "user", "playground")
    search_help_text = "Id of an account or playground"

    def title_of(self, row: Any) -> str:
        """Who and which."""
        return f"{row.user} and {row.playground}"

    @display(description="account")
    def person(self, favorite: Favorite) -> SafeString:
        """Whose favourite."""
        return link(favorite.user)

    @display(description="playground")
    def place(self, favorite: Favorite) -> SafeString:
        """Which place."""
        return link(favorite.playground)


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """What people think of places. A decision takes one away from others and gives it back."""

    section = Section.PLACES
    icon = "reviews"
    list_display = ("created_at", "stars", "words", "place", "person", "state")
    list_filter = (state_filter("held_at", absent="Shown", present="Held"), MadeFilter)
    list_select_related = ("user", "playground")
    search_fields = ("id", "user", "playground")
    search_help_text = "Id of a review, account or playground"
    fields = (
        ("place", "person"), ("stars", "state"), "text", ("created_at", "updated_at", "held_at"),
    )  # fmt: skip

    def title_of(self, row: Any) -> str:
        """How many stars, and for which place."""
        return f"{row} for {row.playground}"

    @display(description="text")
    def words(self, review: Review) -> str:
        """How it begins."""
        return Truncator(review.text).chars(80)

    @display(description="playground")
    def place(self, review: Review) -> SafeString:
        """Which place."""
        return link(review.playground)

    @display(description="account")
    def person(self, review: Review) -> SafeString:
        """Whose review."""
        return link(review.user)

    @display(description="state", label={"shown": "success", "held": "warning"})
    def state(self, review: Review) -> str:
        """Whether others see it."""
        return "held" if review.is_held else "shown"
