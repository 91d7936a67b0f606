from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuthenticationAttempt, User
from accounts.tests.factories import SessionFactory, UserFactory
from matching.tests.factories import LikeFactory
from moderation import lookalikes
from moderation.digests import digest_of
from moderation.tests.factories import CaseFactory
from profiles.tests.factories import PhotoFactory, ProfileFactory
from pupmatch.lib.tests.plans import assert_plan
from screening.pictures import mirrored

pytestmark = pytest.mark.django_db


def found(case):
    return {each.user: [why.kind for why in each.why] for each in lookalikes.of(case)}


def signed_in(user, ip_address, ago=timedelta(0), **fields):
    fields = {"method": "password", "outcome": "accepted", **fields}
    return AuthenticationAttempt.objects.create(
        user=user, ip_address=ip_address, created_at=timezone.now() - ago, **fields
    )


@pytest.fixture
def case():
    return CaseFactory()


def test_whoever_signed_in_on_the_same_device(case):
    device, other = uuid4(), ProfileFactory().user
    SessionFactory(user=case.about, device_id=device)
    SessionFactory.create_batch(2, user=other, device_id=device)
    SessionFactory(device_id=uuid4())
    SessionFactory()
    [alike] = lookalikes.of(case)
    assert alike.user == other
    assert [why.text for why in alike.why] == ["signed in on the same device, 2×"]


@pytest.mark.parametrize(
    ("one", "two"),
    [("198.51.100.7", "198.51.100.7"), ("2001:db8:1:2::5", "2001:db8:1:2:ffff:ffff:ffff:ffff")],
)
def test_whoever_signed_in_from_the_same_network_within_days(case, one, two):
    near, late, refused, elsewhere = (UserFactory() for _ in range(4))
    signed_in(case.about, one, ago=timedelta(days=10), method="register")
    signed_in(near, two, ago=timedelta(days=4), method="apple")
    signed_in(late, two, ago=timedelta(days=2))
    signed_in(refused, two, ago=timedelta(days=9), outcome="refused")
    signed_in(UserFactory(), two, ago=timedelta(days=9), method="refresh")
    signed_in(elsewhere, "198.51.100.8", ago=timedelta(days=9))
    signed_in(elsewhere, "2001:db8:1:3::5", ago=timedelta(days=9))
    assert found(case) == {near: ["network"]}


def test_nobody_is_alike_for_being_one_of_many_on_a_network(case, monkeypatch):
    monkeypatch.setitem(lookalikes.MEASURES, "network_most", 2)
    for user in (case.about, *(UserFactory() for _ in range(3))):
        signed_in(user, "198.51.100.7")
    assert found(case) == {}


def test_whoever_likes_the_same_dogs_in_the_same_hours(case):
    alike, later, fewer = (ProfileFactory() for _ in range(3))
    now = timezone.now()
    for n in range(6):
        dog, at = ProfileFactory(), now - timedelta(hours=5 * n)
        LikeFactory(liker=case.about.profile, liked=dog, created_at=at)
        LikeFactory(liker=alike, liked=dog, created_at=at + timedelta(minutes=40))
        LikeFactory(liker=later, liked=dog, created_at=at + timedelta(minutes=70))
        if n < 4:
            LikeFactory(liker=fewer, liked=dog, created_at=at)
    assert found(case) == {alike.user: ["attention"]}


def test_some_dogs_in_common_among_many_are_no_likeness(case):
    other = ProfileFactory()
    for n in range(13):
        dog = ProfileFactory()
        LikeFactory(liker=case.about.profile, liked=dog)
        if n < 6:
            LikeFactory(liker=other, liked=dog)
    assert found(case) == {}


def test_whoever_shows_the_same_photo_or_its_mirror_image(case):
    same, near, far, mirror = (ProfileFactory(photos=0) for _ in range(4))
    one, two = 0x0F1E2D3C4B5A6978, 0x123456789ABCDEF0
    for dog, hashes in (
        (case.about.profile, [one, two, None]),
        (same, [one, two]),
        (near, [one ^ 0b1]),
        (far, [one ^ 0xFFFF]),
        (mirror, [mirrored(two)]),
    ):
        for hash in hashes:
            PhotoFactory(profile=dog, perceptual_hash=hash)
    assert found(case) == {dog.user: ["photo"] for dog in (same, near, mirror)}
    case.about.profile.photos.filter(perceptual_hash=one).delete()
    assert found(case) == {dog.user: ["photo"] for dog in (same, mirror)}


def test_whoever_left_with_a_case_and_came_back_with_the_address(case):
    address = case.about.email
    case.about_digest = digest_of(case.about)
    case.save()
    case.about.delete()
    again = UserFactory(email=address)
    current = CaseFactory(about=again, about_digest=digest_of(again))
    assert found(current) == {}
    case.refresh_from_db()
    assert found(case) == {again: ["address"]}


def test_the_likest_comes_first(case):
    device, near, both = uuid4(), UserFactory(), UserFactory()
    SessionFactory(user=case.about, device_id=device)
    SessionFactory(user=both, device_id=device)
    for user in (case.about, near, both):
        signed_in(user, "198.51.100.7")
    assert list(found(case).items()) == [(both, ["device", "network"]), (near, ["network"])]


def test_a_place_is_like_nobody():
    assert lookalikes.of(CaseFactory(about=None, playground_id=uuid4())) == []


def test_finding_twenty_costs_what_finding_one_costs(case):
    device = uuid4()
    SessionFactory(user=case.about, device_id=device)
    SessionFactory(device_id=device)
    for n in range(3):
        PhotoFactory(profile=case.about.profile, perceptual_hash=n)
    with CaptureQueriesContext(connection) as one:
        lookalikes.of(case)
    for _ in range(30):
        SessionFactory(user=ProfileFactory().user, device_id=device)
    with CaptureQueriesContext(connection) as many:
        assert len(lookalikes.of(case)) == 20
    assert len(many) == len(one) <= 5


def test_finding_them_reads_no_table_whole(case):
    rows = """
        INSERT INTO accounts_session (id, user_id, device_id, ip_address, user_agent, created_at,
            last_used_at, expires_at, end_reason)
        SELECT gen_random_uuid(), id, gen_random_uuid(), '192.0.2.1', '', now(), now(), now(), ''
        FROM accounts_user, generate_series(1, 5);
        INSERT INTO accounts_authenticationattempt
            (id, user_id, email_digest, ip_address, user_agent, method, outcome, created_at)
        SELECT gen_random_uuid(), id, '', '10.0.0.0'::inet + (random() * 1e6)::int, '', 'password',
            'accepted', now() - n * interval '1 day'
        FROM accounts_user, generate_series(1, 10) n;
        INSERT INTO profiles_profile (id, user_id, name, birth_date, bio, activity_level,
            temperament, play_styles, photo_count, created_at, updated_at, last_active_at)
        SELECT gen_random_uuid(), id, 'Rex', '2022-01-01', '', 1, '{}', '{}', 0, now(), now(), now()
        FROM accounts_user WHERE email LIKE 'bulk%';
        INSERT INTO matching_like (id, liker_id, liked_id, comment, created_at)
        SELECT DISTINCT ON (liker, liked) gen_random_uuid(), liker, liked, '', now() - random() * interval '20 days'
        FROM (
            SELECT a.id AS liker, b.id AS liked FROM profiles_profile a CROSS JOIN LATERAL (
                SELECT id FROM profiles_profile b WHERE b.id <> a.id ORDER BY md5(a.id::text || b.id) LIMIT 10
            ) b
        ) AS pair;
    """
    User.objects.bulk_create(User(email=f"bulk{n}@pupmatch.example") for n in range(1000))
    with connection.cursor() as cursor:
        cursor.execute(rows)
        cursor.execute("ANALYZE")
    assert_plan(
        lookalikes.FIND,
        {"user": case.about_id, **lookalikes.MEASURES},
        uses=[
            "session_on_device",
            "attempt_shown_to_user",
            "attempt_from_address",
            "likes_received_newest",
        ],
    )
