"""Dogs for tests, and pictures of them."""

from io import BytesIO
from typing import Any

import factory
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import ExifTags, Image

from accounts.tests.factories import UserFactory
from profiles.ages import birth_date_for
from profiles.cells import cell_of
from profiles.models import Breed, Photo, Preferences, Profile, Prompt
from pupmatch.lib.ids import uuid7

SEATTLE = (47.61, -122.33)


def place(latitude: float = SEATTLE[0], longitude: float = SEATTLE[1]) -> Point:
    """The centre of the cell around a point: what the database keeps of it."""
    return cell_of(Point(longitude, latitude, srid=4326)).centre


class BreedFactory(factory.django.DjangoModelFactory):
    """A breed that the migrations did not bring."""

    class Meta:
        model = Breed

    name = factory.Sequence(lambda n: f"Test Hound {n}")


class ProfileFactory(factory.django.DjangoModelFactory):
    """A complete profile with an account and preferences of its own.

    `photos=0` makes an incomplete one, `location=None` another, `preferences__max_age=5` sets one
    preference and leaves the rest at their defaults.
    """

    class Meta:
        model = Profile
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Dog {n}")
    birth_date = factory.LazyFunction(lambda: birth_date_for(3, timezone.localdate()))
    location = factory.LazyFunction(place)
    location_shows_at = factory.LazyAttribute(lambda dog: timezone.now() if dog.location else None)

    @factory.post_generation
    def preferences(self, create: bool, extracted: None, **values: Any) -> None:
        Preferences.objects.update_or_create(user=self.user, defaults=values)

    @factory.post_generation
    def photos(self, create: bool, extracted: int | None) -> None:
        PhotoFactory.create_batch(2 if extracted is None else extracted, profile=self)


class PhotoFactory(factory.django.DjangoModelFactory):
    """One more photo of `profile`, as the last one; its files do not exist."""

    class Meta:
        model = Photo

    profile = factory.SubFactory(ProfileFactory, photos=0)
    position = factory.LazyAttribute(lambda photo: photo.profile.photos.count())
    width = 1600
    height = 1200
    byte_size = 200_000
    thumbhash = "3OcRJYB4d3h/iIeHeEh3eIhw+j2A"
    small = factory.LazyFunction(lambda: f"photos/fa/{uuid7()}-small.webp")
    medium = factory.LazyFunction(lambda: f"photos/fa/{uuid7()}-medium.webp")
    large = factory.LazyFunction(lambda: f"photos/fa/{uuid7()}-large.webp")

    @classmethod
    def _create(cls, model_class: type[Photo], *args: Any, **kwargs: Any) -> Photo:
        photo = super()._create(model_class, *args, **kwargs)
        profile = photo.profile
        profile.photo_count = profile.photos.shown().count()
        profile.save(update_fields=["photo_count"])
        profile.refresh_from_db(fields=["is_complete"])
        return photo


class PromptFactory(factory.django.DjangoModelFactory):
    """One more prompt of `profile`, as the last one."""

    class Meta:
        model = Prompt

    profile = factory.SubFactory(ProfileFactory)
    position = factory.LazyAttribute(lambda prompt: prompt.profile.prompts.count())
    question = factory.Sequence(lambda n: f"Question {n}?")
    answer = "Sticks."


def picture(
    width: int = 64, height: int = 48, format: str = "JPEG", mode: str = "RGB", **exif: Any
) -> bytes:
    """The bytes of a picture, with EXIF by the names of its tags: `picture(Orientation=6)`."""
    tags = Image.Exif()
    for name, value in exif.items():
        tags[ExifTags.Base[name]] = value
    out = BytesIO()
    Image.new(mode, (width, height), "tan").save(out, format, exif=tags)
    return out.getvalue()


def upload(content: bytes | None = None, name: str = "dog.jpg") -> SimpleUploadedFile:
    """A file as a form sends it; an ordinary JPEG unless told otherwise."""
    return SimpleUploadedFile(name, picture() if content is None else content)
