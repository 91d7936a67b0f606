"""Prints, as Markdown, the plan of each hot query with the index that serves it (docs/plans.md).

On an empty, migrated database that DATABASE_URL names:

    python -m bench.town --dogs 20000 --cities 10
    python -m bench.plans > /tmp/plans.md && mv /tmp/plans.md docs/plans.md
"""

import os
import re
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

from django.db import connection  # noqa: E402 (Django must be set up first)
from django.db.models import QuerySet  # noqa: E402

from accounts.models import AuthenticationAttempt, Block, Session  # noqa: E402
from matching.deck import first_page  # noqa: E402
from matching.models import Deck, Like, Match, Pass  # noqa: E402
from messaging.models import Message, Participant  # noqa: E402
from playgrounds.models import Favorite, Playground  # noqa: E402
from profiles.models import Breed, Photo, Profile  # noqa: E402
from pupmatch.lib.tests.plans import plans_inside  # noqa: E402


def hot_queries(me: Profile) -> dict[str, QuerySet]:
    """Each hot query by name, for a viewer with an ordinary history."""
    other = Like.objects.filter(liker=me).first().liked
    newest = ("-created_at", "-id")
    mine = Participant.objects.filter(profile=me, deleted_at=None)
    conversation = mine.first().conversation_id
    return {
        "mutual like": Like.objects.filter(liker=other, liked=me),
        "likes received": Like.objects.filter(liked=me).order_by(*newest)[:20],
        "likes sent": Like.objects.filter(liker=me).order_by(*newest)[:20],
        "passes": Pass.objects.filter(passer=me).order_by(*newest)[:20],
        "who passed on me": Pass.objects.filter(passed=me).values("passer"),
        "active match of a pair": Match.objects.active().between(me, other),
        "matches by recency": Match.objects.active().of(me).order_by(*newest)[:20],
        "inbox by recency": mine.order_by("-updated_at", "-id")[:20],
        "history by position": Message.objects.filter(
            conversation=conversation, position__gt=10
        ).order_by("position")[:20],
        "unread messages": Message.objects.filter(conversation=conversation, position__gt=15)
        .exclude(sender=me),
        "a word in one's own messages": Message.objects.visible_to(me).saying("hello par").order_by(
            *newest
        )[:20],
        "repeated message": Message.objects.filter(
            conversation=conversation, sender=me, client_id=uuid.uuid4()
        ),
        "photos of a page of cards": Photo.objects.filter(
            profile__in=list(Profile.objects.values_list("pk", flat=True)[:20])
        ).order_by("position"),
        "playgrounds nearby": Playground.objects.within(me.location, 5000).order_by(
            "distance_m", "id"
        )[:20],
        "playgrounds in a window": Playground.objects.in_box(
            west=me.location.x - 0.05, south=me.location.y - 0.05,
            east=me.location.x + 0.05, north=me.location.y + 0.05,
        )[:50],
        "playgrounds by name": Playground.objects.matching("willow prak 1").order_by("-rank", "id")[:20],
        "favourites": Favorite.objects.filter(user=me.user).order_by(*newest)[:20],
        "blocks around": Block.objects.around(me.user),
        "sign-ins of a person": Session.objects.filter(user=me.user, ended_at=None).order_by(
            "-last_used_at"
        ),
        "attempts of a person": AuthenticationAttempt.objects.filter(user=me.user).order_by(
            "-created_at"
        )[:50],
        "breeds by name": Breed.objects.filter(name__iexact="beagle"),
    }  # fmt: skip


def deck(me: Profile) -> dict[str, str]:
    """How a deck is filled, at the last threshold, and read; inside the database's functions."""
    first_page(me, 20)
    Deck.objects.filter(viewer=me).delete()
    filling = plans_inside(lambda: first_page(me, 20))
    reading = plans_inside(lambda: first_page(me, 20))
    found = {
        "Filling a deck": [plan for plan in filling if "WITH decided AS" in plan][-1],
        "Reading a deck": next(plan for plan in reading if "AS ranked" in plan),
        "News for a deck": next(plan for plan in reading if "_has_news" in plan),
    }
    # Without the statement itself, which matching/migrations has.
    return {
        name: re.sub(r"\(cost=[^)]*\) ", "", plan[plan.rindex("\n", 0, plan.index("(cost=")) + 1 :])
        for name, plan in found.items()
    }


def somebody() -> Profile:
    """A dog with an ordinary history, of a dense town."""
    sql = "SELECT profile_id FROM bench.viewer WHERE role = 'dense'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        dense = [pk for (pk,) in cursor.fetchall()]
    talks = Participant.objects.filter(profile__in=dense).values("profile")
    likers = Like.objects.filter(liker__in=talks).values("liker")
    return Profile.objects.select_related("user__preferences").filter(pk__in=likers)[0]


def tidy(plan: str) -> str:
    """A plan without this run's ids, moments and literals, which only make it wide."""
    plan = re.sub(r"'[0-9a-f]{8}-[0-9a-f-]{27}'(::uuid)?", "?", plan)
    plan = re.sub(r"'\d{4}-\d\d-\d\d [^']*'::timestamp with time zone", "?", plan)
    plan = re.sub(r"'0101000020E6100000[0-9A-F]*'::(geography|geometry)", "?", plan)
    return "\n".join(line[:160] for line in plan.splitlines())


def main() -> None:
    """Print the page."""
    me = somebody()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM profiles_profile")
        dogs = cursor.fetchone()[0]
        cursor.execute("SELECT version(), postgis_lib_version()")
        server, postgis = cursor.fetchone()
    print("# Plans of the hot queries\n")
    print(
        f"Made by `bench/plans.py` on a town of {dogs:,} dogs (`bench/town.py`), with "
        f"{server.split(' (')[0]} and PostGIS {postgis}. Times are of one run on a small machine.\n"
    )
    for name, plan in deck(me).items():
        print(f"## {name}\n\n```\n{tidy(plan)}\n```\n")
    for name, query in hot_queries(me).items():
        query.explain(analyze=True)  # warm
        print(
            f"## {name.capitalize()}\n\n```\n{tidy(query.explain(analyze=True, costs=False))}\n```\n"
        )


if __name__ == "__main__":
    main()
