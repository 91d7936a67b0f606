"""The page of a dog."""

from typing import Any

from django.contrib import admin
from django.contrib.gis.geos import Point, Polygon
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from profiles import services
from profiles.ages import OLDEST_ON_SCALE
from profiles.cells import BANDS_PER_DEGREE, cell_of
from profiles.models import Photo, Preferences, Profile
from pupmatch.lib.admin.base import StaffAdmin, link
from pupmatch.lib.admin.filters import state_filter
from pupmatch.lib.admin.maps import MAP_MEDIA, draw, shape
from pupmatch.lib.admin.sections import Figure, Section
from pupmatch.lib.admin.when import MadeFilter


def area(centre: Point) -> Polygon:
    """The outline of the cell that a stored place stands for."""
    cell = cell_of(centre)
    return Polygon.from_bbox(
        (cell.west, cell.south, cell.west + cell.step, cell.south + 1 / BANDS_PER_DEGREE)
    )


@admin.register(Profile)
class ProfileAdmin(StaffAdmin):
    """Dogs. Staff may correct what an owner wrote; place, photos and state are the product's."""

    section = Section.PEOPLE
    icon = "pets"
    person_path = "user"
    page_media = MAP_MEDIA
    figures = (
        Figure(
            "Complete profiles",
            lambda: Profile.objects.filter(is_complete=True),
            "?is_complete__exact=1",
        ),
    )
    deletion_takes = (
        "The dog's photos, prompts and place",
        "Likes, passes, matches, and conversations with every message in them, on both sides",
        "Not: the account, its preferences, favourites and blocks",
    )

    list_display = ("dog", "owner", "completeness", "photo_count", "last_active_at", "created_at")
    list_filter = (
        "is_complete",
        state_filter("paused_at", absent="Not paused", present="Paused"),
        "sex",
        "size",
        "activity_level",
        MadeFilter,
    )
    list_select_related = ("user", "breed")
    search_fields = ("id", "user", "breed", "name__istartswith", "user__email__startswith")
    search_help_text = "Name, owner's address, or id"

    readonly_fields = (
        "photo_grid", "prompt_list", "map", "age", "completeness", "paused_at", "wishes",
        "bio_held_at", "verified_until", "location_shows_at", "last_active_at", "created_at", "updated_at", "owner",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("photo_grid",)}),
        (
            "The dog",
            {
                "fields": (
                    "owner", "name", ("birth_date", "age"), "breed", ("sex", "size"),
                    "activity_level", "temperament", "play_styles",
                    ("neutered", "good_with_small_dogs", "good_with_children"),
                )
            },
        ),
        ("In the owner's words", {"fields": ("bio", "bio_held_at", "prompt_list")}),
        ("Place", {"fields": ("map", "location_shows_at")}),
        (
            "State",
            {
                "fields": (
                    ("completeness", "paused_at", "verified_until"), "wishes",
                    ("last_active_at", "created_at", "updated_at"),
                )
            },
        ),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Owners make profiles, with photos and a place, in the app."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Profile]:
        """With the first photo of each, in one query for the whole list."""
        first = Photo.objects.filter(position=0)
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("photos", queryset=first, to_attr="first_photos"))
        )

    def delete_model(self, request: HttpRequest, obj: Profile) -> None:
        """With everything of its own, files included."""
        services.delete_profile(profile=obj)

    # --- Cells and fields -------------------------------------------------------------------------

    @display(description="dog", header=True)
    def dog(self, profile: Profile) -> list:
        """Face, name and what kind of dog."""
        face: dict[str, Any] = {"squared": True, "width": 40, "height": 40}
        for photo in profile.first_photos:  # type: ignore[attr-defined]  # get_queryset sets it
            face["path"] = photo.small.url
        return [profile.name, f"{profile.breed or 'breed not told'} · {profile.age}", "", face]

    @display(description="account")
    def owner(self, profile: Profile) -> SafeString:
        """Whose dog."""
        return link(profile.user)

    @display(description="state", label={"complete": "success", "paused": "info"})
    def completeness(self, profile: Profile) -> str:
        """What stands between the profile and the deck."""
        if profile.missing:
            return f"lacks {' and '.join(profile.missing)}"
        return "paused" if profile.is_paused else "complete"

    @display(description="photos")
    def photo_grid(self, profile: Profile) -> SafeString:
        """All photos; each leads to its page and to its removal."""
        return render_to_string("admin/profiles/photo_grid.html", {"photos": profile.photos.all()})

    @display(description="prompts")
    def prompt_list(self, profile: Profile) -> SafeString:
        """Questions and answers."""
        return render_to_string(
            "admin/profiles/prompt_list.html", {"prompts": profile.prompts.all()}
        )

    @display(description="area")
    def map(self, profile: Profile) -> SafeString:
        """The cell, and the one that others still see; nothing finer is known to anybody."""
        if profile.location is None:
            return format_html("{}", "No place yet.")
        shown = profile.location_shown_at(timezone.now())
        shapes = [shape(area(profile.location), label=profile.name)]
        if shown and shown != profile.location:
            shapes.append(shape(area(shown), label="as others see it", faint=True))
        return draw(shapes, "A cell of about 1.1 km. Where in it the owner is was never stored.")

    @display(description="looks for")
    def wishes(self, profile: Profile) -> SafeString | str:
        """The owner's preferences; the owner's to change."""
        wanted = Preferences.objects.filter(user=profile.user_id).first()
        if wanted is None:
            return "No preferences yet."
        upper = f"{wanted.max_age}{'+' if wanted.max_age == OLDEST_ON_SCALE else ''}"
        distance = f"{wanted.max_distance.normalize():f} {wanted.distance_unit}"
        return link(wanted, f"{wanted.min_age} to {upper} years, within {distance}")
