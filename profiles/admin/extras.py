"""A dog's photos and words, what its owner looks for, and the breeds to choose from."""

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from profiles import services
from profiles.models import Breed, LocationMove, Photo, Preferences, Prompt
from pupmatch.lib.admin.base import ReadOnlyAdmin, StaffAdmin, link
from pupmatch.lib.admin.filters import state_filter
from pupmatch.lib.admin.sections import Section
from pupmatch.lib.admin.when import MadeFilter


@admin.register(Photo)
class PhotoAdmin(ReadOnlyAdmin):
    """Photos. Staff take a bad one away, even if the profile is incomplete without it."""

    section = Section.PEOPLE
    icon = "photo_library"
    person_path = "profile__user"
    deletion_takes = ("The profile's place in the deck, if fewer than two photos are left",)
    list_display = ("thumbnail", "dog", "position", "state", "width", "height", "created_at")
    list_filter = (state_filter("held_at", absent="Shown", present="Held"), MadeFilter)
    list_select_related = ("profile",)
    search_fields = ("id", "profile")
    search_help_text = "Id of a photo or profile"
    fields = (
        "picture", "dog", "position", ("width", "height", "byte_size"), "thumbhash",
        ("created_at", "reviewed_at", "held_at"),
    )  # fmt: skip

    def title_of(self, row: Any) -> str:
        """Whose photo, and which."""
        return f"{row} of {row.profile}"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever's role says so."""
        return self.may(request, "delete")

    def delete_model(self, request: HttpRequest, obj: Photo) -> None:
        """Through the service: files, gap and count are its business."""
        services.delete_photo(profile=obj.profile, photo=obj, keeps_complete=False)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        """Afterwards back to the dog."""
        photo = self.get_object(request, object_id)
        answer = super().delete_view(request, object_id, extra_context)
        if photo and answer.status_code == HTTPStatus.FOUND:
            return HttpResponseRedirect(
                reverse("admin:profiles_profile_change", args=[photo.profile_id])
            )
        return answer

    @display(description="photo")
    def thumbnail(self, photo: Photo) -> SafeString:
        """The small rendition."""
        return format_html(
            '<img class="staff-thumbnail" src="{}" alt="Photo {}" loading="lazy">',
            photo.small.url,
            photo.position + 1,
        )

    @display(description="photo")
    def picture(self, photo: Photo) -> SafeString:
        """The medium rendition, which leads to the large one."""
        return format_html(
            '<a href="{}"><img class="staff-picture" src="{}" alt="Photo {}"></a>',
            photo.large.url,
            photo.medium.url,
            photo.position + 1,
        )

    @display(description="state", label={"held": "warning"})
    def state(self, photo: Photo) -> str:
        """Who sees it."""
        return "held" if photo.is_held else "shown"

    @display(description="dog")
    def dog(self, photo: Photo) -> SafeString:
        """Whose photo."""
        return link(photo.profile)


@admin.register(Prompt)
class PromptAdmin(StaffAdmin):
    """Questions and answers; staff may reword or remove one that breaks the rules."""

    section = Section.PEOPLE
    icon = "forum"
    person_path = "profile__user"
    list_display = ("question", "dog", "state")
    list_filter = (state_filter("held_at", absent="Shown", present="Held"),)
    list_select_related = ("profile",)
    search_fields = ("id", "profile")
    search_help_text = "Id of a prompt or profile"
    readonly_fields = ("dog", "position", "held_at")
    fields = ("dog", "position", "question", "answer", "held_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Owners write them."""
        return False

    @display(description="state", label={"held": "warning"})
    def state(self, prompt: Prompt) -> str:
        """Who sees it."""
        return "held" if prompt.is_held else "shown"

    @display(description="dog")
    def dog(self, prompt: Prompt) -> SafeString:
        """Whose words."""
        return link(prompt.profile)


@admin.register(Preferences)
class PreferencesAdmin(ReadOnlyAdmin):
    """Whom people want to meet."""

    section = Section.PEOPLE
    icon = "tune"
    list_display = (
        "user", "min_age", "max_age", "max_distance", "distance_unit", "activity_level",
    )  # fmt: skip
    list_filter = ("distance_unit", "activity_level")
    list_select_related = ("user",)
    search_fields = ("user", "user__email__startswith")
    search_help_text = "Beginning of an address, or id of an account"


@admin.register(LocationMove)
class LocationMoveAdmin(ReadOnlyAdmin):
    """That somebody moved, for the limit of moves; never from where or to where."""

    section = Section.SYSTEM
    icon = "moving"
    list_display = ("created_at", "dog")
    list_filter = (MadeFilter,)
    list_select_related = ("profile",)
    search_fields = ("id", "profile")
    search_help_text = "Id of a profile"

    @display(description="dog")
    def dog(self, move: LocationMove) -> SafeString:
        """Who moved."""
        return link(move.profile)


@admin.register(Breed)
class BreedAdmin(StaffAdmin):
    """The list of breeds, which staff keep."""

    section = Section.PEOPLE
    icon = "list_alt"
    ordering = ("name",)
    list_display = ("name",)
    search_fields = ("id", "name__icontains")
    search_help_text = "Name"
    sortable_by = ("name",)
