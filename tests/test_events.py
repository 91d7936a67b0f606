"""What each decision about somebody tells whom, and that nobody else learns of it."""

import pytest

from accounts.credentials import remove_account
from events.tests.watching import Bells, Watch
from matching import services
from matching.models import Like
from matching.tests.factories import matched
from messaging.models import Conversation
from moderation.blocking import block, unblock
from profiles.services import delete_profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.problems import Problem

pytestmark = pytest.mark.django_db


class Pair:
    """Two dogs, and what their owners are told; whatever a third one is told is an error."""

    def __init__(self):
        self.a, self.b = sorted((ProfileFactory(), ProfileFactory()), key=lambda dog: dog.pk)
        ProfileFactory()
        self.bells = Bells(self.a.user_id, self.b.user_id)
        self.watch = Watch()

    def told(self):
        """The types of what a and b were told since."""
        types = self.watch.types()
        return types.pop(self.a.user_id, []), types.pop(self.b.user_id, []), types

    def rung(self):
        """Whom a notification was ordered for."""
        rung = self.bells.rung()
        return "".join(name for name, dog in (("a", self.a), ("b", self.b)) if dog.user_id in rung)

    def do(self, *steps):
        """`a likes b`, and so on; what they told counts as known."""
        for step in steps:
            ACTS[step](self.a, self.b)
        self.told()
        self.rung()


ACTS = {
    "a likes b": lambda a, b: services.like(liker=a, liked=b),
    "b likes a": lambda a, b: services.like(liker=b, liked=a),
    "a passes on b": lambda a, b: services.pass_on(passer=a, passed=b),
    "b passes on a": lambda a, b: services.pass_on(passer=b, passed=a),
    "a takes the pass back": lambda a, b: services.take_back_pass(passer=a, passed=b),
    "b takes the pass back": lambda a, b: services.take_back_pass(passer=b, passed=a),
    "a unlikes b": lambda a, b: services.unlike(liker=a, liked=b),
    "a unmatches": lambda a, b: services.unmatch(match=a.matches_as_low.get(), by=a),
    "a blocks b": lambda a, b: block(blocker=a.user, blocked=b),
    "b blocks a": lambda a, b: block(blocker=b.user, blocked=a),
    "a lifts the block": lambda a, b: unblock(blocker=a.user, blocked=b),
    "b lifts the block": lambda a, b: unblock(blocker=b.user, blocked=a),
}


@pytest.fixture
def pair():
    return Pair()


RECEIVED, REMOVED, CREATED, ENDED, DELETED = (
    ["like.received"], ["like.removed"], ["match.created"], ["match.ended"],
    ["conversation.deleted"],
)  # fmt: skip

# What happened before, what happens, what a and b are told, and who is notified.
PATHS = [
    ("", "a likes b", [], RECEIVED, "b"),
    ("a likes b", "a likes b", [], [], ""),
    ("a likes b", "b likes a", CREATED, CREATED + REMOVED, "ab"),
    ("a likes b, b likes a", "a likes b", [], [], ""),
    ("a passes on b", "a likes b", [], RECEIVED, "b"),
    ("b passes on a", "a likes b", [], [], ""),
    ("a likes b, b passes on a", "b likes a", CREATED, CREATED, "ab"),
    ("", "a passes on b", [], [], ""),
    ("a likes b", "a passes on b", [], REMOVED, ""),
    ("a likes b", "b passes on a", [], REMOVED, ""),
    ("a likes b, b passes on a", "b passes on a", [], [], ""),
    ("a likes b, b passes on a", "b takes the pass back", [], RECEIVED, ""),
    ("a passes on b", "a takes the pass back", [], [], ""),
    ("a likes b", "a unlikes b", [], REMOVED, ""),
    ("b passes on a, a likes b", "a unlikes b", [], [], ""),
    # b's like stands, and waits for a's answer once more.
    ("a likes b, b likes a", "a unlikes b", RECEIVED + ENDED, ENDED, ""),
    # It stands, but a has passed on b.
    ("a likes b, b likes a", "a unmatches", ENDED, ENDED, ""),
    ("a likes b, b likes a, a unmatches", "a takes the pass back", RECEIVED, [], ""),
    ("a likes b, b likes a", "a blocks b", ENDED + DELETED, ENDED, ""),
    ("a likes b, b likes a, a unmatches", "a blocks b", DELETED, [], ""),
    ("a likes b, b likes a, a unmatches", "b blocks a", [], DELETED, ""),
    ("", "a blocks b", [], [], ""),
    ("a likes b", "a blocks b", [], REMOVED, ""),
    ("b likes a", "a blocks b", REMOVED, [], ""),
    ("b likes a, a blocks b", "a blocks b", [], [], ""),
    ("a likes b, b likes a, a blocks b", "a blocks b", [], [], ""),
    ("b likes a, a blocks b", "b blocks a", [], [], ""),
    ("b likes a, a blocks b", "a lifts the block", RECEIVED, [], ""),
    ("b likes a, a blocks b, b blocks a", "a lifts the block", [], [], ""),
    ("a likes b, b likes a, a blocks b", "a lifts the block", RECEIVED, [], ""),
    ("b passes on a, a likes b, b blocks a", "b lifts the block", [], [], ""),
    ("", "a lifts the block", [], [], ""),
]


@pytest.mark.requirement("R5.4", "R6.5", "R11.1")
@pytest.mark.parametrize(("before", "step", "a", "b", "rung"), PATHS)
def test_who_is_told_what(pair, before, step, a, b, rung):
    pair.do(*filter(None, before.split(", ")))
    ACTS[step](pair.a, pair.b)
    assert pair.told() == (a, b, {})
    assert pair.rung() == rung


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ("", "a takes the pass back"),
        ("", "a unlikes b"),
        ("a likes b, b likes a", "a passes on b"),
        ("a blocks b", "a likes b"),
        ("a blocks b", "b likes a"),
    ],
)
def test_what_is_refused_tells_nobody(pair, before, step):
    pair.do(*filter(None, before.split(", ")))
    with pytest.raises(Problem):
        ACTS[step](pair.a, pair.b)
    assert pair.told() == ([], [], {})


def test_a_like_is_told_by_its_id_and_whose_it_is(pair):
    ACTS["a likes b"](pair.a, pair.b)
    like = {"id": str(Like.objects.get().pk), "profile_id": str(pair.a.pk)}
    assert pair.watch.told() == {pair.b.user_id: [("like.received", like)]}
    ACTS["a unlikes b"](pair.a, pair.b)
    assert pair.watch.told() == {pair.b.user_id: [("like.removed", like)]}


@pytest.mark.requirement("R5.4", "R6.5")
def test_a_match_is_told_alike_to_both(pair):
    pair.do("a likes b")
    match, _ = services.like(liker=pair.b, liked=pair.a)
    ids = {"id": str(match.pk), "conversation_id": str(match.conversation_id)}
    told = pair.watch.told()
    assert [told[dog.user_id][0] for dog in (pair.a, pair.b)] == [("match.created", ids)] * 2
    services.unmatch(match=match, by=pair.a)
    match.refresh_from_db()
    closed_at = Conversation.objects.get().closed_at
    assert match.ended_at == closed_at
    ended = ids | {"ended_at": closed_at.isoformat().replace("+00:00", "Z")}
    told = pair.watch.told()
    assert [told[dog.user_id] for dog in (pair.a, pair.b)] == [[("match.ended", ended)]] * 2


@pytest.mark.requirement("R6.5")
def test_who_is_blocked_is_told_the_same_as_after_an_unmatch():
    blocked, unmatched = Pair(), Pair()
    for pair, act in ((blocked, "a blocks b"), (unmatched, "a unmatches")):
        pair.do("a likes b", "b likes a")
        ACTS[act](pair.a, pair.b)
    told = [pair.watch.told()[pair.b.user_id] for pair in (blocked, unmatched)]
    assert [[(name, set(data)) for name, data in events] for events in told] == [
        [("match.ended", {"id", "conversation_id", "ended_at"})]
    ] * 2


@pytest.mark.requirement("R2.7", "R6.5")
@pytest.mark.parametrize("go", ["profile", "account"])
def test_who_goes_is_missed_by_those_whom_they_met_and_by_nobody_else(go):
    going, friend, admirer, adored = ProfileFactory.create_batch(4)
    match = matched(going, friend)
    services.like(liker=admirer, liked=going)
    services.like(liker=going, liked=adored)
    watch = Watch()
    if go == "profile":
        delete_profile(profile=going)
    else:
        remove_account(user=going.user)
    told = watch.types()
    assert told.pop(friend.user_id)[:1] == ["match.ended"]
    assert told.pop(adored.user_id) == ["like.removed"]
    assert admirer.user_id not in told
    assert set(told) <= {going.user_id}
    assert not Conversation.objects.filter(pk=match.conversation_id).exists()
