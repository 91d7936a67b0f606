import pytest

from matching.models import Candidate
from matching.ranking import SIZE
from matching.tests.towns import AN_HOUR_AGO, crowd, viewer_among
from profiles.tests.factories import ProfileFactory


@pytest.fixture
def me():
    return ProfileFactory()


@pytest.fixture
def client(client_for, me):
    return client_for(me.user)


@pytest.fixture
def viewer():
    """Somebody with more dogs around than a deck holds, none of which is news."""
    dogs = crowd(SIZE + 40)
    Candidate.objects.update(changed_at=AN_HOUR_AGO)
    return viewer_among(dogs)
