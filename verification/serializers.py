"""Shapes of a verification."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pupmatch.lib import private
from verification.models import Verification


class VerificationSerializer(serializers.ModelSerializer):
    """A document that I showed, and what staff made of it.

    `document` leads to the picture while it waits, for five minutes from this answer and whoever has
    the address; it is removed once it is decided. A confirmed one gives the badge until `expires_at`.
    """

    document = serializers.SerializerMethodField()

    class Meta:
        model = Verification
        fields = (
            "id",
            "kind",
            "state",
            "reason",
            "document",
            "created_at",
            "decided_at",
            "expires_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_document(self, verification: Verification) -> str | None:
        """A signed address, good for a few minutes."""
        if not verification.document:
            return None
        return self.context["request"].build_absolute_uri(private.url(verification.document))


class DocumentSerializer(serializers.Serializer):
    """A JPEG, PNG or WebP picture of a vaccination record, or of the dog as it is today."""

    kind = serializers.ChoiceField(Verification.Kind.choices)
    document = serializers.FileField(allow_empty_file=True)
