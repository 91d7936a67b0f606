"""The word list, what was found, and who is not to come back."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from pupmatch.lib.admin.base import ReadOnlyAdmin, StaffAdmin, link
from pupmatch.lib.admin.filters import state_filter
from pupmatch.lib.admin.sections import Section
from pupmatch.lib.admin.when import MadeFilter
from screening.models import BannedMark, Finding, Term
from screening.terms import words


class TermForm(forms.ModelForm):
    """A word or phrase; signs alone are found nowhere."""

    class Meta:
        model = Term
        fields = ("text", "response", "in_profiles", "in_openers", "note")

    def clean_text(self) -> str:
        """With one blank between the words."""
        text = " ".join(self.cleaned_data["text"].split())
        if not words(text).strip():
            raise forms.ValidationError("Write a word: signs alone are found nowhere.")
        return text


@admin.register(Term)
class TermAdmin(StaffAdmin):
    """The word list, which staff keep."""

    section = Section.SAFETY
    icon = "dictionary"
    explanation = (
        "Whole words, whatever their capitals and accents. They are looked for in what is written "
        "from now on. Breeders write bitch, stud and heat: a word that good people use tells nothing."
    )
    form = TermForm
    list_display = ("text", "response", "in_profiles", "in_openers", "note")
    list_filter = ("response", "in_profiles", "in_openers")
    search_fields = ("id", "text__icontains")
    search_help_text = "A part of it"
    ordering = ("text",)
    sortable_by = ("text",)
    readonly_fields = ("created_at",)
    fields = ("text", "response", ("in_profiles", "in_openers"), "note", "created_at")


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    """What was noticed by itself; a case takes it up, and is where it is judged."""

    section = Section.SAFETY
    icon = "radar"
    explanation = (
        "What was found when somebody wrote it or put it up. It says nothing about the person: "
        "their case shows it beside everything else."
    )
    list_display = ("created_at", "kind", "response", "person", "subject_type", "detail", "state")
    list_filter = (
        state_filter("gathered_at", absent="Not in a case yet", present="In a case"),
        "kind",
        "response",
        MadeFilter,
    )
    list_select_related = ("user",)
    search_fields = ("id", "user", "subject_id")
    search_help_text = "Id of a finding, an account, or what it was found in"

    @display(description="account")
    def person(self, finding: Finding) -> SafeString:
        """Who wrote it."""
        return link(finding.user)

    @display(description="state", label={"new": "warning"})
    def state(self, finding: Finding) -> str:
        """Whether a case has taken it up."""
        return "in a case" if finding.gathered_at else "new"


@admin.register(BannedMark)
class BannedMarkAdmin(ReadOnlyAdmin):
    """Who is not to come back: that there is such a mark, and until when. Nobody can tell whose."""

    section = Section.SAFETY
    icon = "block"
    explanation = (
        "Keyed hashes: they tell nobody whose they are. Undoing the decision removes them."
    )
    list_display = ("kind", "decision_id", "created_at", "expires_at")
    list_filter = ("kind", MadeFilter)
    search_fields = ("id", "decision_id")
    search_help_text = "Id of a mark or a decision"
    fields = ("kind", "decision_id", "created_at", "expires_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the hashes, which are not shown."""
        return super().get_queryset(request).defer("digest")
