from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from screening import bans, tasks
from screening.models import BannedMark
from screening.pictures import SAME, distance, mirrored, signed

pytestmark = pytest.mark.django_db

Kind = BannedMark.Kind
HASH = signed(0xF0E1D2C3B4A59687)
hashes = st.integers(-(2**63), 2**63 - 1)


def mark(kind, value, decision_id=None):
    decision_id = decision_id or uuid4()
    bans.mark(kind=kind, value=value, decision_id=decision_id)
    return decision_id


def test_an_address_is_known_again_however_it_is_dressed_up():
    mark(Kind.ADDRESS, "Rex.Barker+pups@gmail.com")
    for email in (
        "rexbarker@gmail.com",
        "REX.BARKER@googlemail.com",
        " r.e.x.barker+a+b@gmail.com",
    ):
        assert bans.is_banned_address(email), email
    for email in ("rexbarker@pupmatch.example", "rexbarke@gmail.com", "+@gmail.com"):
        assert not bans.is_banned_address(email), email


def test_elsewhere_dots_tell_boxes_apart():
    mark(Kind.ADDRESS, "rex.barker@pupmatch.example")
    assert bans.is_banned_address("rex.barker+2@pupmatch.example")
    assert not bans.is_banned_address("rexbarker@pupmatch.example")


@pytest.mark.parametrize(
    ("banned", "returning"),
    [
        ("rex@me.com", ["rex@icloud.com", "rex+2@mac.com", "rex@me.com"]),
        ("rex@icloud.com", ["rex@me.com"]),
        ("Rex.B@pm.me", ["rexb@proton.me", "r_e-x.b@protonmail.com", "rex.b@pm.me"]),
        ("rex.b@googlemail.com", ["rexb@gmail.com"]),
    ],
)
def test_a_box_is_known_by_all_its_domains(banned, returning):
    mark(Kind.ADDRESS, banned)
    assert [bans.is_banned_address(email) for email in returning] == [True] * len(returning)
    local, _, domain = returning[0].partition("@")
    for other in (f"{local}y@{domain}", f"{local}@mail.{domain}", f"{local}@aol.com"):
        assert not bans.is_banned_address(other), other


@pytest.mark.parametrize(
    ("banned", "returning"),
    [
        ("rex@me.com", ["rex@me.com", "rex@icloud.com"]),
        ("rex.b@protonmail.com", ["rex.b@protonmail.com", "rex.b+x@proton.me"]),
        ("rex.b+x@gmail.com", ["r.exb@googlemail.com"]),
        ("rex.b+x@pupmatch.example", ["rex.b@pupmatch.example"]),
    ],
)
def test_marks_of_before_count_as_they_did_and_by_the_other_domains(banned, returning):
    """Until 0.5.0 the digest was of the box under the domain that was written."""
    mark(Kind.ADDRESS, banned)
    BannedMark.objects.update(digest=bans._hmac(Kind.ADDRESS, bans.box(banned)))
    assert [bans.is_banned_address(email) for email in returning] == [True] * len(returning)


def test_a_device_is_known_again():
    device = uuid4()
    mark(Kind.DEVICE, device)
    assert bans.is_banned_device(device)
    assert bans.is_banned_device(UUID(str(device).upper()))
    assert not bans.is_banned_device(uuid4())


def test_a_photo_is_known_again_when_a_few_bits_differ_or_it_is_mirrored():
    mark(Kind.PHOTO, HASH)
    for bits in range(10):
        near = HASH ^ (1 << bits) - 1
        assert distance(HASH, near) == bits
        for each in (near, mirrored(near)):
            assert bans.is_banned_photo(each) == (bits <= SAME), bits
    assert not bans.is_banned_photo(~HASH)
    assert not bans.is_banned_photo(None)


@given(hashes, hashes)
def test_what_is_kept_of_photos_is_as_far_apart_as_they_are(one, other):
    kept = [int(bans._digest(Kind.PHOTO, each), 16) for each in (one, other)]
    assert (kept[0] ^ kept[1]).bit_count() == distance(one, other)


def test_nothing_is_kept_that_tells_who(settings):
    values = {Kind.ADDRESS: "rex@pupmatch.example", Kind.DEVICE: uuid4(), Kind.PHOTO: HASH}
    for kind, value in values.items():
        mark(kind, value)
    before = dict(BannedMark.objects.values_list("kind", "digest"))
    assert before["photo"] != f"{HASH & (1 << 64) - 1:016x}"
    settings.SECRET_KEY = "another"
    for kind, value in values.items():
        assert bans._digest(kind, value) != before[kind]
    # One kind's key is not another's.
    assert bans._hmac(Kind.ADDRESS, "x") != bans._hmac(Kind.DEVICE, "x")


def test_marking_twice_is_once_and_two_decisions_are_two():
    first = mark(Kind.ADDRESS, "rex@pupmatch.example")
    mark(Kind.ADDRESS, "REX@pupmatch.example", first)
    second = mark(Kind.ADDRESS, "rex@pupmatch.example")
    assert BannedMark.objects.count() == 2
    assert bans.unmark(decision_id=first) == 1
    assert bans.is_banned_address("rex@pupmatch.example")
    assert bans.unmark(decision_id=second) == 1
    assert not bans.is_banned_address("rex@pupmatch.example")
    assert bans.unmark(decision_id=second) == 0


def test_marks_lapse():
    device = uuid4()
    for kind, value in ((Kind.ADDRESS, "rex@a.example"), (Kind.DEVICE, device), (Kind.PHOTO, HASH)):
        mark(kind, value)
    left = BannedMark.objects.first().expires_at - timezone.now()
    assert timedelta(days=729) < left <= timedelta(days=730)
    BannedMark.objects.update(expires_at=timezone.now())
    assert not bans.is_banned_address("rex@a.example")
    assert not bans.is_banned_device(device)
    assert not bans.is_banned_photo(HASH)
    mark(Kind.DEVICE, device)
    tasks.clear_lapsed_marks()
    assert BannedMark.objects.count() == 1


def test_a_text_is_known_again_whatever_its_capitals_and_signs():
    mark(Kind.TEXT, "Pups  for sale, cheap!")
    for text in ("pups for sale, cheap!", "PUPS FOR SALE\nCHEAP", "Püps for sale: cheap"):
        assert bans.is_banned_text(["Something else", text]), text
    for text in ("Pups for sale", "Pups for sale, cheap! Not really.", ""):
        assert not bans.is_banned_text([text]), text
    BannedMark.objects.update(expires_at=timezone.now())
    assert not bans.is_banned_text(["Pups for sale, cheap!"])


def test_short_texts_tell_nothing(django_assert_num_queries):
    assert not bans.is_telling("Loves balls")
    assert not bans.is_telling("!" * 40)
    assert bans.is_telling("Loves balls!!! A lot")
    with django_assert_num_queries(0):
        assert not bans.is_banned_text(["Loves balls", ""])


def test_looking_costs_one_query(django_assert_num_queries):
    mark(Kind.PHOTO, HASH)
    with django_assert_num_queries(3):
        bans.is_banned_photo(HASH)
        bans.is_banned_device(uuid4())
        bans.is_banned_address("rex@a.example")
