"""Forms of the desk."""

from typing import Any
from uuid import UUID

from django import forms

from moderation.deciding import TIMED
from moderation.models import Decision, Reason
from pupmatch.lib.text import shows_something

Kind = Decision.Kind
LONGEST_DAYS = 365


class WordsField(forms.CharField):
    """Words of staff that somebody can read."""

    default_validators = [shows_something]


class NoteForm(forms.Form):
    """What one wants others of staff to know."""

    text = WordsField(label="Note", max_length=2000)


class ReasonForm(forms.Form):
    """Why something is done that has no other form."""

    reason = WordsField(label="Reason", min_length=5, max_length=500)


class UndoForm(ReasonForm):
    """Why a decision is undone, and whether its reports wait for another one."""

    reopen = forms.BooleanField(required=False)


class AppealForm(forms.Form):
    """How an appeal ends, and what its author is told."""

    outcome = forms.ChoiceField(
        choices=[("granted", "Grant: undo the decision"), ("upheld", "Uphold the decision")]
    )
    answer = WordsField(label="Answer", min_length=10, max_length=2000)


class PhotosForm(forms.Form):
    """Which photos were on the page, which of them must not be shown, and why."""

    seen = forms.MultipleChoiceField(required=True)
    held = forms.MultipleChoiceField(required=False)
    reason = forms.ChoiceField(label="Reason", choices=Reason.choices)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        named = {value: value for value in data.getlist("seen") if _is_uuid(value)}
        for name in ("seen", "held"):
            self.fields[name].choices = list(named.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """As ids."""
        cleaned = super().clean() or {}
        return cleaned | {
            name: {UUID(value) for value in cleaned.get(name, [])} for name in ("seen", "held")
        }


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


class DecisionForm(forms.Form):
    """A measure, its reason, and the words that go with it.

    `cleaned_data` is what `moderation.deciding.decide` takes beside the case and who decides.
    """

    kind = forms.ChoiceField(label="Measure", choices=Kind.choices)
    reason = forms.ChoiceField(label="Reason", choices=Reason.choices)
    statement = WordsField(label="Statement", max_length=2000, required=False)
    note = WordsField(label="Note", max_length=2000, required=False)
    days = forms.IntegerField(label="Days", min_value=1, max_value=LONGEST_DAYS, required=False)
    subject = forms.CharField(label="What is removed", required=False)
    # When the page was made; what came later its reader has not seen.
    seen_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def clean_subject(self) -> tuple[str, UUID] | None:
        """A type and an id, as in `photo:0198…`."""
        kind, _, value = self.cleaned_data["subject"].partition(":")
        try:
            return (kind, UUID(value)) if value else None
        except ValueError as error:
            raise forms.ValidationError("Choose one of those that are listed.") from error

    def clean(self) -> dict[str, Any]:
        """Only what the measure needs."""
        cleaned = super().clean() or {}
        kind = cleaned.get("kind")
        if kind in TIMED and not cleaned.get("days"):
            self.add_error("days", "Say for how long.")
        if kind == Kind.REMOVE and not cleaned.get("subject"):
            self.add_error("subject", "Choose what is removed.")
        if kind not in TIMED:
            cleaned["days"] = None
        if kind != Kind.REMOVE:
            cleaned["subject"] = None
        return cleaned
