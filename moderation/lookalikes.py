"""Accounts that may be the same person's, and why: for staff to look at, and never a verdict."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models import User
from moderation.models import Case
from profiles.lookalikes import photos_like

MOST = 20
MOST_PHOTOS = 100
MEASURES: dict[str, Any] = {
    # Sign-ins from one network within a week of each other, in the last month; nobody is looked at
    # for being one of many there.
    "network_since": "30 days",
    "network_apart": "7 days",
    "network_most": 20,
    "network_looked_at": 500,
    # Likes that go to the same dogs within an hour: five of them, and half of the last hundred.
    "attention_since": "30 days",
    "attention_apart": "1 hour",
    "attention_looked_at": 100,
    "attention_least": 5,
}

# One statement: each part starts at the person's own rows and follows an index from there.
FIND = """
WITH own_device AS (
    SELECT DISTINCT device_id FROM accounts_session
    WHERE user_id = %(user)s AND device_id IS NOT NULL
),
own_network AS (
    SELECT
        set_masklen(network(block)::inet, masklen) AS first,
        set_masklen(broadcast(block), masklen) AS last,
        min(created_at) - %(network_apart)s::interval AS since,
        max(created_at) + %(network_apart)s::interval AS until
    FROM (
        SELECT
            set_masklen(ip_address, CASE family(ip_address) WHEN 4 THEN 32 ELSE 64 END) AS block,
            CASE family(ip_address) WHEN 4 THEN 32 ELSE 128 END AS masklen,
            created_at
        FROM accounts_authenticationattempt
        WHERE user_id = %(user)s AND outcome = 'accepted' AND method <> 'refresh'
            AND created_at > now() - %(network_since)s::interval
    ) AS sign_in
    GROUP BY block, masklen
),
on_network AS (
    SELECT own_network.first, theirs.user_id, max(theirs.created_at) AS at,
        count(*) OVER (PARTITION BY own_network.first) AS accounts
    FROM own_network CROSS JOIN LATERAL (
        SELECT user_id, created_at FROM accounts_authenticationattempt
        WHERE ip_address BETWEEN own_network.first AND own_network.last
            AND created_at BETWEEN own_network.since AND own_network.until
            AND user_id <> %(user)s AND outcome = 'accepted' AND method <> 'refresh'
        LIMIT %(network_looked_at)s
    ) AS theirs
    GROUP BY own_network.first, theirs.user_id
),
own_like AS (
    SELECT given.liked_id, given.created_at
    FROM matching_like given JOIN profiles_profile own ON own.id = given.liker_id
    WHERE own.user_id = %(user)s AND given.created_at > now() - %(attention_since)s::interval
    ORDER BY given.created_at DESC LIMIT %(attention_looked_at)s
)
SELECT theirs.user_id, 'device', max(theirs.last_used_at), count(*)
FROM accounts_session theirs JOIN own_device USING (device_id)
WHERE theirs.user_id <> %(user)s GROUP BY theirs.user_id
UNION ALL
SELECT user_id, 'network', max(at), count(*) FROM on_network
WHERE accounts <= %(network_most)s GROUP BY user_id
UNION ALL
SELECT other.user_id, 'attention', max(theirs.created_at), count(*)
FROM own_like JOIN matching_like theirs ON theirs.liked_id = own_like.liked_id
    AND theirs.created_at BETWEEN own_like.created_at - %(attention_apart)s::interval
        AND own_like.created_at + %(attention_apart)s::interval
JOIN profiles_profile other ON other.id = theirs.liker_id
WHERE other.user_id <> %(user)s GROUP BY other.user_id
HAVING count(*) >= %(attention_least)s AND 2 * count(*) >= (SELECT count(*) FROM own_like)
"""


class Why(NamedTuple):
    """One thing that two accounts have in common; `weight` orders what is shown."""

    kind: str
    text: str
    at: datetime | None
    weight: int


class LookAlike(NamedTuple):
    """Another account, and everything that speaks for its being the same person's."""

    user: User
    why: list[Why]

    @property
    def weight(self) -> int:
        """How much all of that is."""
        return sum(each.weight for each in self.why)


WORDS = {
    "device": ("signed in on the same device, {number}×", 8),
    "photo": ("shows the same photo", 6),
    "address": ("has the address of a case about somebody who left", 6),
    "attention": ("likes the same dogs in the same hours: {number}", 3),
    "network": ("signed in from the same network", 1),
}


def of(case: Case) -> list[LookAlike]:
    """Other accounts like that of a case's person, the likest first, at most MOST of them.

    Four queries, whoever it is, and one for the person's photos unless they are there already.
    """
    person = case.about
    reasons: dict[UUID, list[Why]] = {}
    signs = [*_found(person), *_same_photo(person), *_same_address(case)]
    for user_id, kind, at, number in signs:
        text, weight = WORDS[kind]
        why = Why(kind, text.format(number=number), at, weight)
        reasons.setdefault(user_id, []).append(why)
    people = User.objects.filter(pk__in=reasons).select_related("profile")
    found = [LookAlike(user, reasons[user.pk]) for user in people]
    return sorted(found, key=lambda each: (-each.weight, each.user.pk))[:MOST]


def _found(person: User | None) -> Iterable[Any]:
    if person is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"user": person.pk, **MEASURES})
        return cursor.fetchall()


def _same_photo(person: User | None) -> Iterable[Any]:
    """Accounts that show one of the person's photos, or its mirror image; one for each."""
    profile = getattr(person, "profile", None)
    hashes = {photo.perceptual_hash for photo in profile.photos.all()} if profile else set()
    if not (known := hashes - {None}):
        return []
    like = [
        photos_like(each, but=profile).values_list("profile__user", "created_at")[:MOST_PHOTOS]
        for each in known
    ]
    rows = like[0].union(*like[1:]) if like[1:] else like[0]
    return [(user_id, "photo", at, 1) for user_id, at in dict(sorted(rows)).items()]


def _same_address(case: Case) -> Iterable[Any]:
    """Accounts with cases under the same digest: who left, and came back with the address."""
    if not case.about_digest:
        return []
    same = Case.objects.filter(about_digest=case.about_digest, about__isnull=False)
    others = same.exclude(about=case.about_id).values_list("about", "opened_at")
    return [(user_id, "address", at, 1) for user_id, at in others]
