"""Shape of an export that is being prepared."""

from rest_framework import serializers

from exports.models import Export


class ExportSerializer(serializers.ModelSerializer):
    """That it is being put together, and since when it was asked for."""

    state = serializers.ChoiceField(["preparing"], default="preparing", read_only=True)

    class Meta:
        model = Export
        fields = ("state", "requested_at")
        read_only_fields = fields
