"""Liking, passing and what follows, each under the lock of both profiles."""

from django.conf import settings

from accounts.models import Block, User
from accounts.refusals import check_may_write
from events.publishing import publish, recorded
from matching.models import Deck, Like, Match, Pass
from matching.standing import Standing, lock_pair
from matching.storing import store
from matching.waiting import NONE, tell_all_gone, tell_change, tell_changes
from messaging import services as messaging
from messaging.models import Conversation, Participant
from profiles.models import Profile
from pupmatch.lib.problems import Forbidden, NotFound, Problem
from pupmatch.lib.throttling import UsedUp, is_within, spend
from screening.services import look_at_comment


class AlreadyMatched(Problem):
    """A pass on somebody one is matched with; that would be an unmatch."""

    default_code = "already_matched"
    default_detail = "You are matched; end the match first."


class Oneself(Problem):
    """A like or pass for one's own dog."""

    status_code = 400
    default_code = "oneself"
    default_detail = "This is your own profile."


class LikesUsedUp(UsedUp):
    """More new likes than a day has."""

    default_code = "likes_used_up"
    default_detail = "You have used up the likes of a day."


class CardsUsedUp(UsedUp):
    """More cards of the deck than a day has."""

    default_code = "cards_used_up"
    default_detail = "You have looked at all the dogs of a day."


class EmailUnverified(Forbidden):
    """The settings keep the deck for those whose mail address is verified."""

    default_code = "email_unverified"
    default_detail = "Verify your mail address first."


def check_may_browse(user: User) -> None:
    """Raise EmailUnverified for whoever may not see the deck yet."""
    if settings.DECK_NEEDS_VERIFIED_ADDRESS and not user.is_email_verified:
        raise EmailUnverified


@recorded()
def like(*, liker: Profile, liked: Profile, comment: str = "") -> tuple[Match | None, bool]:
    """Record a like and, when it is mutual, open the match; also says whether the like is new.

    Harmless to repeat; two crossing likes still make exactly one match. A pass is replaced. The same
    two people are notified of a like, and of a match, once a day; events tell of each.
    Raises Oneself, NotFound, LikesUsedUp, or what `accounts.refusals` say of whoever may not like.
    """
    if liker.pk == liked.pk:
        raise Oneself
    before = lock_pair(liker, liked)
    if not before.may_like:
        check_may_write(User.objects.get(pk=liker.user_id))
    # Asked again under the lock: a block or a pause may have come in between.
    if not before.can_reach:
        raise NotFound
    if before.has_passed:
        Pass.objects.filter(passer=liker, passed=liked).delete()
    like = Like(liker=liker, liked=liked, comment=comment)
    if is_new := before.like_id is None:
        spend("likes_a_day", liker.user_id, refusal=LikesUsedUp)
        store(like)
        _look_at_comment(like)
    match = _match_of(before)
    after = before._replace(like_id=before.like_id or like.pk, has_passed=False)
    tell_change(before, after, notifies=True)
    return match, is_new


def _look_at_comment(like: Like) -> None:
    """It is the first message to them: staff are told what is in it, and it is shown."""
    if like.comment:
        look_at_comment(
            user_id=like.liker.user_id,
            liked_id=like.liked_id,
            like_id=like.pk,
            comment=like.comment,
        )


def _match_of(pair: Standing) -> Match | None:
    """The match that a like leads to, or has led to before."""
    if pair.match_id:
        return Match.objects.get(pk=pair.match_id)
    return _open_match(pair.me, pair.other) if pair.returned_id else None


def _open_match(a: Profile, b: Profile) -> Match:
    low, high = sorted((a, b), key=lambda profile: profile.pk)
    match = Match(low=low, high=high)
    match.conversation = messaging.open_conversation(low=low, high=high, match_id=match.pk)
    match.created_at = match.conversation.created_at
    store(match)
    told = {"id": match.pk, "conversation_id": match.conversation.pk}
    people = sorted((low.user_id, high.user_id))
    is_news = is_within("news_of_match", "/".join(map(str, people)))
    publish(people, "match.created", told, notifies=is_news)
    return match


@recorded()
def pass_on(*, passer: Profile, passed: Profile) -> tuple[Pass, bool]:
    """Record a pass; the second value says whether it is new. A like is replaced.

    Harmless to repeat. Raises Oneself, NotFound or AlreadyMatched.
    """
    if passer.pk == passed.pk:
        raise Oneself
    before = lock_pair(passer, passed)
    if not before.can_reach:
        raise NotFound
    if before.match_id:
        raise AlreadyMatched
    return _replace_like_by_pass(before)


def _replace_like_by_pass(before: Standing, *, is_unmatch: bool = False) -> tuple[Pass, bool]:
    if before.like_id:
        Like.objects.filter(pk=before.like_id).delete()
    tell_change(before, before._replace(like_id=None, has_passed=True))
    pair = {"passer": before.me, "passed": before.other}
    if before.has_passed:
        return Pass.objects.get(**pair), False
    return Pass.objects.create(**pair, is_unmatch=is_unmatch), True


@recorded()
def take_back_pass(*, passer: Profile, passed: Profile) -> None:
    """As if there had been no pass; a like of theirs waits again. Raises NotFound without one."""
    before = lock_pair(passer, passed)
    if not before.has_passed:
        raise NotFound
    Pass.objects.filter(passer=passer, passed=passed).delete()
    tell_change(before, before._replace(has_passed=False))
    Deck.objects.drop(passer, passed)


@recorded()
def unlike(*, liker: Profile, liked: Profile) -> None:
    """Take a like back, and end the match that it made; the other's like stands.

    Raises NotFound when there was no like.
    """
    before = lock_pair(liker, liked)
    if before.like_id is None:
        raise NotFound
    Like.objects.filter(pk=before.like_id).delete()
    tell_change(before, before._replace(like_id=None))
    end_match(liker, liked)
    Deck.objects.drop(liker, liked)


@recorded()
def unmatch(*, match: Match, by: Profile) -> None:
    """End a match and close its conversation for good.

    It counts as a pass by whoever unmatched; the other's like stands, unseen. Raises NotFound when
    the match has ended already.
    """
    other = match.other(by)
    before = lock_pair(by, other)
    if not end_match(by, other, match=match):
        raise NotFound
    _replace_like_by_pass(before, is_unmatch=True)


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
    before = lock_pair(profile, other)
    # Behind a block of the other side's nobody saw these likes any more.
    was_blocked = Block.objects.filter(blocker=other.user_id, blocked=profile.user_id).exists()
    waiting = NONE if was_blocked else before.waiting()
    end_match(profile, other)
    Like.objects.filter(liker=profile, liked=other).delete()
    messaging.forget_for(profile=profile, other=other)
    # Their like stands, but the block hides it.
    tell_changes(waiting, NONE)


@recorded()
def rejoin(*, profile: Profile, other: Profile) -> None:
    """After a block was lifted: a like that was hidden by it waits again."""
    pair = lock_pair(profile, other)
    if pair.can_reach:
        tell_changes(NONE, pair.waiting())
    Deck.objects.drop(profile, other)


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


def wait_for_writes(user: User) -> None:
    """Take the locks that somebody's likes and messages take, until the transaction ends."""
    profile = Profile.objects.select_for_update(no_key=True).filter(user=user).first()
    open_sides = Participant.objects.filter(profile=profile, closed_at=None)
    Conversation.objects.lock_all(list(open_sides.values_list("conversation_id", flat=True)))
