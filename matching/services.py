"""Liking, passing and what follows, each under the lock of both profiles."""

from django.db import transaction
from django.utils import timezone

from matching.models import Like, Match, Pass
from matching.visibility import reachable
from messaging import services as messaging
from profiles.models import Profile
from pupmatch.lib.problems import NotFound, Problem


class AlreadyMatched(Problem):
    """A pass on somebody one is matched with; that would be an unmatch."""

    default_code = "already_matched"
    default_detail = "You are matched; end the match first."


class Oneself(Problem):
    """A like or pass for one's own dog."""

    status_code = 400
    default_code = "oneself"
    default_detail = "This is your own profile."


def lock_pair(a: Profile, b: Profile) -> None:
    """Lock both profiles, always in the same order, until the transaction ends.

    A statement of its own: crossing likes queue here, and whoever comes second then sees what the
    first one wrote. Raises NotFound when one of them is gone.
    """
    pair = Profile.objects.filter(pk__in=[a.pk, b.pk]).order_by("pk")
    if len(pair.select_for_update(no_key=True).values_list("pk")) < 2:
        raise NotFound


@transaction.atomic
def like(*, liker: Profile, liked: Profile, comment: str = "") -> tuple[Match | None, bool]:
    """Record a like and, when it is mutual, open the match; also says whether the like is new.

    Harmless to repeat; two crossing likes still make exactly one match. A pass is replaced.
    Raises Oneself or NotFound.
    """
    if liker.pk == liked.pk:
        raise Oneself
    lock_pair(liker, liked)
    # Asked again under the lock: a block or a pause may have come in between.
    if not reachable(liker).filter(pk=liked.pk).exists():
        raise NotFound
    Pass.objects.filter(passer=liker, passed=liked).delete()
    _, is_new = Like.objects.get_or_create(liker=liker, liked=liked, defaults={"comment": comment})
    match = Match.objects.active().between(liker, liked).first()
    if match is None and Like.objects.filter(liker=liked, liked=liker).exists():
        match = _open_match(liker, liked)
    return match, is_new


def _open_match(a: Profile, b: Profile) -> Match:
    low, high = sorted((a, b), key=lambda profile: profile.pk)
    conversation = messaging.open_conversation(low=low, high=high)
    return Match.objects.create(low=low, high=high, conversation=conversation)


@transaction.atomic
def pass_on(*, passer: Profile, passed: Profile) -> tuple[Pass, bool]:
    """Record a pass; the second value says whether it is new. A like is replaced.

    Harmless to repeat. Raises Oneself, NotFound or AlreadyMatched.
    """
    if passer.pk == passed.pk:
        raise Oneself
    lock_pair(passer, passed)
    if not reachable(passer).filter(pk=passed.pk).exists():
        raise NotFound
    if Match.objects.active().between(passer, passed).exists():
        raise AlreadyMatched
    return _replace_like_by_pass(passer, passed)


def _replace_like_by_pass(passer: Profile, passed: Profile) -> tuple[Pass, bool]:
    Like.objects.filter(liker=passer, liked=passed).delete()
    return Pass.objects.get_or_create(passer=passer, passed=passed)


@transaction.atomic
def unlike(*, liker: Profile, liked: Profile) -> None:
    """Take a like back, and end the match that it made; the other's like stands.

    Raises NotFound when there was no like.
    """
    lock_pair(liker, liked)
    deleted, _ = Like.objects.filter(liker=liker, liked=liked).delete()
    if not deleted:
        raise NotFound
    end_match(liker, liked)


@transaction.atomic
def unmatch(*, match: Match, by: Profile) -> None:
    """End a match and close its conversation for good.

    It counts as a pass by whoever unmatched; the other's like stands, unseen. Raises NotFound when
    the match has ended already.
    """
    other = match.other(by)
    lock_pair(by, other)
    if not end_match(by, other, match=match):
        raise NotFound
    _replace_like_by_pass(by, other)


def end_match(a: Profile, b: Profile, *, match: Match | None = None) -> bool:
    """End the active match of a pair that the caller has locked; says whether there was one."""
    active = Match.objects.active().between(a, b)
    if match is not None:
        active = active.filter(pk=match.pk)
    found = active.first()
    if found is None:
        return False
    Match.objects.filter(pk=found.pk).update(ended_at=timezone.now())
    messaging.close_conversation(conversation_id=found.conversation_id)
    return True


@transaction.atomic
def part(*, profile: Profile, other: Profile) -> None:
    """Undo whatever `profile` decided about `other`, as if they had never met.

    The match between them ends and its conversation is gone for `profile`. For whoever blocks.
    """
    lock_pair(profile, other)
    end_match(profile, other)
    Like.objects.filter(liker=profile, liked=other).delete()
    messaging.forget_for(profile=profile, other=other)
