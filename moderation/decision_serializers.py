"""Shapes of decisions and appeals, as their addressee sees them; and of reports as decisions leave them."""

from django.db import models
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from moderation.appeals import is_appealable
from moderation.models import Appeal, Decision, Subject
from pupmatch.lib.text import shows_something

MAX_APPEAL = 4000


class State(models.TextChoices):
    """What a decision's addressee needs to know of its state."""

    IN_FORCE = "in_force"
    LAPSED = "lapsed", "a limit or suspension that is over"
    UNDONE = "undone"


class AppealInputSerializer(serializers.Serializer):
    """Why the decision is wrong."""

    text = serializers.CharField(max_length=MAX_APPEAL, validators=[shows_something])


class AppealSerializer(serializers.ModelSerializer):
    """What I said to a decision, and what came of it."""

    answer = serializers.SerializerMethodField(help_text="What staff say to it; null until then.")

    class Meta:
        model = Appeal
        fields = ("text", "outcome", "answer", "created_at", "decided_at")
        read_only_fields = fields

    def get_answer(self, appeal: Appeal) -> str | None:
        return appeal.answer if appeal.decided_at else None


class DecisionSerializer(serializers.ModelSerializer):
    """What staff decided about me, by which rule, and what came of it."""

    subject_type = serializers.SerializerMethodField(
        help_text="What was removed, by the type and id that reports name it by; else null."
    )
    state = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="in_force_at", help_text="In force since then.")
    can_appeal = serializers.SerializerMethodField(
        help_text="Once, within 180 days, and not against what was undone."
    )
    appeal = serializers.SerializerMethodField()

    class Meta:
        model = Decision
        fields = (
            "id", "kind", "reason", "statement", "subject_type", "subject_id", "until", "state",
            "created_at", "undone_at", "can_appeal", "appeal",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=Subject.choices, allow_null=True))
    def get_subject_type(self, decision: Decision) -> str | None:
        return decision.subject_type or None

    @extend_schema_field(serializers.ChoiceField(choices=State.choices))
    def get_state(self, decision: Decision) -> str:
        if decision.state == Decision.State.UNDONE:
            return State.UNDONE
        is_over = decision.until is not None and decision.until <= timezone.now()
        return State.LAPSED if is_over else State.IN_FORCE

    def get_can_appeal(self, decision: Decision) -> bool:
        return _appeal(decision) is None and is_appealable(decision, timezone.now())

    @extend_schema_field(AppealSerializer(allow_null=True))
    def get_appeal(self, decision: Decision) -> dict | None:
        appeal = _appeal(decision)
        return AppealSerializer(appeal).data if appeal else None


def _appeal(decision: Decision) -> Appeal | None:
    # The other side of a one-to-one raises where there is none.
    return getattr(decision, "appeal", None)
