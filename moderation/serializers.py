"""Shapes of blocks."""

from rest_framework import serializers

from accounts.models import Block


class BlockSerializer(serializers.ModelSerializer):
    """Somebody I blocked, under the name that I knew them by."""

    profile_id = serializers.UUIDField(source="blocked.profile.pk")
    name = serializers.CharField(source="blocked_name")

    class Meta:
        model = Block
        fields = ("profile_id", "name", "created_at")
        read_only_fields = fields
