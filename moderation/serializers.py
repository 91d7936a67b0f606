"""Shapes of blocks and reports."""

from rest_framework import serializers

from accounts.models import Block
from moderation.models import Reason, Report, Subject
from moderation.models.reports import MAX_TEXT


class BlockSerializer(serializers.ModelSerializer):
    """Somebody I blocked, under the name that I knew them by."""

    profile_id = serializers.UUIDField(source="blocked.profile.pk")
    name = serializers.CharField(source="blocked_name")

    class Meta:
        model = Block
        fields = ("profile_id", "name", "created_at")
        read_only_fields = fields


class ReportInputSerializer(serializers.Serializer):
    """What is reported, and why."""

    subject_type = serializers.ChoiceField(choices=Subject.choices)
    subject_id = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=Reason.choices)
    text = serializers.CharField(
        max_length=MAX_TEXT, required=False, default="", allow_blank=True,
        help_text="What happened, in the reporter's own words.",
    )  # fmt: skip
    block = serializers.BooleanField(
        required=False, default=False, help_text="Block whoever is responsible, too."
    )


class ReportSerializer(serializers.ModelSerializer):
    """What I reported, and how it ended; `waiting` until staff have decided."""

    class Meta:
        model = Report
        fields = ("id", "subject_type", "subject_id", "reason", "outcome", "created_at")
        read_only_fields = fields
