"""Shapes of photos and prompts: as others see them, and as their owner does."""

from django.db.models import Expression, F
from rest_framework import serializers

from profiles.models import MAX_PHOTOS, MAX_PROMPTS, Photo, Prompt
from pupmatch.lib.documents.expressions import IsSet
from pupmatch.lib.text import shows_something


class RenditionsSerializer(serializers.Serializer):
    """Addresses of the WebP files, about 320, 640 and 1280 pixels wide; cache them for good."""

    small = serializers.ImageField()
    medium = serializers.ImageField()
    large = serializers.ImageField()


class PhotoSerializer(serializers.ModelSerializer):
    """A photo.

    `width`, `height` and `byte_size` are of the picture as sent, turned upright; `thumbhash`
    (Base64) draws a placeholder while a rendition loads.
    """

    renditions = RenditionsSerializer(source="*", read_only=True)

    class Meta:
        model = Photo
        fields: tuple[str, ...] = (
            "id",
            "position",
            "width",
            "height",
            "byte_size",
            "thumbhash",
            "renditions",
        )
        read_only_fields = fields


class OwnPhotoSerializer(PhotoSerializer):
    """A photo of one's own.

    While `is_held`, nobody else sees it: staff have to look at it first, or took it out of sight. It
    keeps its position, and counts as one of six.
    """

    is_held = serializers.BooleanField(read_only=True)

    class Meta(PhotoSerializer.Meta):
        fields = (*PhotoSerializer.Meta.fields, "is_held")
        read_only_fields = fields

    def sql_is_held(self, at: str) -> Expression:
        return IsSet(F(f"{at}held_at"))


class PhotoUploadSerializer(serializers.Serializer):
    """A JPEG, PNG or WebP picture of at most 10 MB (10,485,760 bytes)."""

    image = serializers.FileField(allow_empty_file=True)


class PhotoOrderSerializer(serializers.Serializer):
    """Each of one's photos, once, in the wanted order."""

    ids = serializers.ListField(child=serializers.UUIDField(), max_length=MAX_PHOTOS)


class PhotosSerializer(serializers.Serializer):
    """One's own photos in their order."""

    photos = OwnPhotoSerializer(many=True)


class PromptSerializer(serializers.ModelSerializer):
    """A question about the dog and its owner's answer."""

    class Meta:
        model = Prompt
        fields: tuple[str, ...] = ("id", "question", "answer")
        read_only_fields: tuple[str, ...] = fields


class OwnPromptSerializer(PromptSerializer):
    """A prompt of one's own. It keeps its `id` as long as question and answer stay the same.

    While `is_held`, nobody else sees it; another question or answer is shown.
    """

    is_held = serializers.BooleanField(read_only=True)

    class Meta(PromptSerializer.Meta):
        fields = (*PromptSerializer.Meta.fields, "is_held")
        read_only_fields = ("id",)
        extra_kwargs = {name: {"validators": [shows_something]} for name in ("question", "answer")}

    def sql_is_held(self, at: str) -> Expression:
        return IsSet(F(f"{at}held_at"))


class PromptsSerializer(serializers.Serializer):
    """One's own prompts in their order."""

    prompts = OwnPromptSerializer(many=True, max_length=MAX_PROMPTS)  # type: ignore[call-arg]
