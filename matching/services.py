"""Liking, passing and what follows, each under the lock of both profiles."""

from accounts.models import Block, User
from events.publishing import publish, recorded
from matching.models import Like, Match, Pass
from matching.visibility import reachable
from matching.waiting import changes_told, tell_all_gone, tell_changes, waiting_likes
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


@recorded()
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
    with changes_told(liker, liked, notifies=True):
        Pass.objects.filter(passer=liker, passed=liked).delete()
        _, is_new = Like.objects.get_or_create(
            liker=liker, liked=liked, defaults={"comment": comment}
        )
        match = Match.objects.active().between(liker, liked).first()
        if match is None and Like.objects.filter(liker=liked, liked=liker).exists():
            match = _open_match(liker, liked)
    return match, is_new


def _open_match(a: Profile, b: Profile) -> Match:
    low, high = sorted((a, b), key=lambda profile: profile.pk)
    conversation = messaging.open_conversation(low=low, high=high)
    match = Match.objects.create(
        low=low, high=high, conversation=conversation, created_at=conversation.created_at
    )
    told = {"id": match.pk, "conversation_id": conversation.pk}
    publish([low.user_id, high.user_id], "match.created", told, notifies=True)
    return match


@recorded()
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
    with changes_told(passer, passed):
        Like.objects.filter(liker=passer, liked=passed).delete()
        return Pass.objects.get_or_create(passer=passer, passed=passed)


@recorded()
def take_back_pass(*, passer: Profile, passed: Profile) -> None:
    """As if there had been no pass; a like of theirs waits again. Raises NotFound without one."""
    lock_pair(passer, passed)
    with changes_told(passer, passed):
        deleted, _ = Pass.objects.filter(passer=passer, passed=passed).delete()
    if not deleted:
        raise NotFound


@recorded()
def unlike(*, liker: Profile, liked: Profile) -> None:
    """Take a like back, and end the match that it made; the other's like stands.

    Raises NotFound when there was no like.
    """
    lock_pair(liker, liked)
    with changes_told(liker, liked):
        deleted, _ = Like.objects.filter(liker=liker, liked=liked).delete()
    if not deleted:
        raise NotFound
    end_match(liker, liked)


@recorded()
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
    ended_at = messaging.close_conversation(conversation_id=found.conversation_id)
    Match.objects.filter(pk=found.pk).update(ended_at=ended_at)
    told = {"id": found.pk, "conversation_id": found.conversation_id, "ended_at": ended_at}
    publish([a.user_id, b.user_id], "match.ended", told)
    return True


@recorded()
def part(*, profile: Profile, other: Profile) -> None:
    """Undo whatever `profile` decided about `other`, as if they had never met.

    The match between them ends and its conversation is gone for `profile`. For whoever blocks.
    """
    lock_pair(profile, other)
    # Behind a block of the other side's nobody saw these likes any more.
    was_blocked = Block.objects.filter(blocker=other.user_id, blocked=profile.user_id).exists()
    waiting = {} if was_blocked else waiting_likes(profile, other)
    end_match(profile, other)
    Like.objects.filter(liker=profile, liked=other).delete()
    messaging.forget_for(profile=profile, other=other)
    # Their like stands, but the block hides it.
    tell_changes(waiting, {})


@recorded()
def rejoin(*, profile: Profile, other: Profile) -> None:
    """After a block was lifted: a like that was hidden by it waits again."""
    lock_pair(profile, other)
    if reachable(profile).filter(pk=other.pk).exists():
        tell_changes({}, waiting_likes(profile, other))


@recorded()
def leave(user: User) -> None:
    """Tell everybody what disappears together with somebody's profile.

    The caller deletes it next; until then the lock keeps new likes and messages out.
    """
    profile = Profile.objects.select_for_update(no_key=True).filter(user=user).first()
    if profile is None:
        return
    for match in Match.objects.active().of(profile).select_related("low", "high"):
        end_match(profile, match.other(profile), match=match)
    tell_all_gone(profile)
    messaging.tell_all_gone(profile=profile)
