"""Dogs and conversations of any kind, by chance."""

from datetime import timedelta

from django.utils import timezone

from matching import services as matching
from matching.tests.factories import matched
from messaging import services as messaging
from messaging.holding import hold
from messaging.tests.factories import say, share
from moderation.blocking import block
from playgrounds.models import Playground
from playgrounds.tests.factories import FavoriteFactory
from profiles.ages import birth_date_for
from profiles.choices import DistanceUnit, PlayStyle, Temperament
from profiles.models import Breed, Preferences, Profile
from profiles.tests.factories import PhotoFactory, ProfileFactory, PromptFactory, place

TEXTS = ["", 'Ünïcödé 🐕 \u2028 "quoted" \\ </script>', "100 % of %s\n\ttabbed", "'; --"]


def some(values, chance):
    """A few of these, in any order."""
    return chance.sample(list(values), chance.randint(0, 3))


def dog(chance, **kwargs):
    """A dog of any kind: with much or nothing to tell, here, elsewhere, moving or nowhere."""
    now = timezone.now()
    where = chance.choice([None, place(), place(47.7, -122.1), place(-17.0, 179.99)])
    is_moving = where is not None and chance.random() < 0.3
    made = ProfileFactory(
        name=chance.choice(["Bo", 'Ø\'Malley "Rex"', "犬"]),
        bio=chance.choice(TEXTS),
        breed=chance.choice([None, Breed.objects.first()]),
        birth_date=birth_date_for(chance.randint(0, 20), now.date())
        - timedelta(chance.randint(0, 9)),
        sex=chance.choice([None, "female"]),
        size=chance.choice([None, "giant"]),
        activity_level=chance.randint(0, 2),
        temperament=some(Temperament.values, chance),
        play_styles=some(PlayStyle.values, chance),
        neutered=chance.choice([None, True, False]),
        location=where,
        location_shows_at=now + timedelta(hours=1) if is_moving else where and now,
        previous_location=chance.choice([None, place(47.5, -122.5)]) if is_moving else None,
        paused_at=chance.choice([None, now]),
        bio_held_at=chance.choice([None, None, now]),
        verified_until=chance.choice([None, now - timedelta(1), now + timedelta(1)]),
        photos=0,
        preferences__distance_unit=chance.choice(DistanceUnit.values),
        preferences__read_receipts=chance.random() < 0.7,
        **kwargs,
    )
    for _ in range(chance.randint(0, 6)):
        PhotoFactory(profile=made, held_at=chance.choice([None, None, now]))
    for _ in range(chance.randint(0, 3)):
        held_at = chance.choice([None, None, now])
        PromptFactory(profile=made, answer=chance.choice(TEXTS[1:]), held_at=held_at)
        place_name, held_at = chance.choice(TEXTS[1:]), chance.choice([None, None, now])
        FavoriteFactory(user=made.user, playground__name=place_name, playground__held_at=held_at)
    return made


def talk(me, chance):
    """A conversation with somebody, at any point of its life."""
    other = dog(chance)
    listed = {"photo_count": 2, "location": place(), "location_shows_at": timezone.now()}
    kept = {name: getattr(other, name) for name in (*listed, "paused_at")}
    # Whoever likes and is liked is complete; what becomes of them later is another matter.
    Profile.objects.filter(pk=other.pk).update(**listed, paused_at=None)
    match = matched(me, Profile.objects.get(pk=other.pk))
    Profile.objects.filter(pk=other.pk).update(**kept)
    sides = {side.profile_id: side for side in match.conversation.participants.all()}
    mine, theirs = sides[me.pk], sides[other.pk]
    said = [
        chance.choice([say, share])(chance.choice([mine, theirs]))
        for _ in range(chance.randint(0, 4))
    ]
    if said and chance.random() < 0.5:
        said.append(say(theirs, chance.choice(TEXTS[1:]), reply_to=said[0].pk))
    if said and chance.random() < 0.4:
        messaging.unsend(message=said[-1])
    for message in said:
        hold(message=message) if chance.random() < 0.3 else None
        if message.playground_id and chance.random() < 0.3:
            Playground.objects.filter(pk=message.playground_id).update(held_at=timezone.now())
    if chance.random() < 0.5:
        messaging.mark_read(participant=theirs, position=len(said))
    if chance.random() < 0.3:
        messaging.delete_for_me(participant=mine)
        say(theirs, "still there?") if chance.random() < 0.5 else None
    end = chance.random()
    if end < 0.15:
        matching.unmatch(match=match, by=other)
    elif end < 0.3:
        block(blocker=other.user, blocked=me)
    elif end < 0.4:
        other.user.is_active = False
        other.user.save()
    elif end < 0.5:
        Preferences.objects.filter(user=other.user).delete()
    return match.conversation_id
