"""Shapes of blocks."""

from rest_framework import serializers

from accounts.models import Block


class BlockSerializer(serializers.ModelSerializer):
    """Somebody I blocked, by no more than what it takes to lift the block."""

    profile_id = serializers.UUIDField(source="blocked.profile.pk")
    name = serializers.CharField(source="blocked.profile.name")

    class Meta:
        model = Block
        fields = ("profile_id", "name", "created_at")
        read_only_fields = fields
