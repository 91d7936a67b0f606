"""Verifications for tests."""

from typing import Any

import factory

from accounts.tests.factories import UserFactory
from profiles.images import render_document
from profiles.tests.factories import ProfileFactory, picture, upload
from verification import services
from verification.models import Verification

DOCUMENT = render_document(upload(picture(1200, 1600)).file)


class VerificationFactory(factory.Factory):
    """One that waits, with its document."""

    class Meta:
        model = Verification

    profile = factory.SubFactory(ProfileFactory)
    kind = Verification.Kind.VACCINATION

    @classmethod
    def _create(cls, model_class: type[Verification], *args: Any, **kwargs: Any) -> Verification:
        document = services.store_document(DOCUMENT)
        return services.show(**kwargs, document=document)


def clerk(**kwargs: Any) -> Any:
    """A member of staff."""
    return UserFactory(is_staff=True, **kwargs)
