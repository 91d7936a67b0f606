"""What can be reported, kind by kind: who can see it, whose it is, how staff take it out of sight."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from matching.services import Oneself
from messaging import holding as messages
from messaging.models import Message, Participant
from moderation.blocking import blockable
from moderation.models import Report, Subject
from playgrounds import holding as places
from playgrounds.models import Playground, Review
from profiles import holding as dogs
from profiles.models import Photo, Profile, Prompt
from pupmatch.lib.problems import NotFound


class Thing(NamedTuple):
    """A row that was reported or may be, with the account that answers for it.

    `owner` is None for a place that nobody added.
    """

    type: Subject
    row: Any
    owner: User | None

    @property
    def label(self) -> str:
        """What staff call it."""
        return KINDS[self.type].label(self.row)

    @property
    def is_held(self) -> bool:
        """Whether it is out of others' sight."""
        return getattr(self.row, KINDS[self.type].held_field) is not None


class Kind(NamedTuple):
    """How one kind of thing is found, and what is done to it."""

    rows: Callable[[], QuerySet]
    seen_by: Callable[[User], Q]
    owner: Callable[[Any], User | None]
    label: Callable[[Any], str]
    hold: Callable[[Any], bool]
    release: Callable[[Any], bool]
    held_field: str = "held_at"


def _of_a_profile(viewer: User) -> Q:
    return Q(profile__in=blockable(viewer))


def _in_a_conversation(viewer: User) -> Q:
    # Their side stays when a match ends, after a block, and where they deleted it for themselves.
    own = Participant.objects.filter(profile__user=viewer)
    return Q(conversation__in=own.values("conversation"))


def _still_reported(viewer: User, subject_type: Subject) -> Q:
    """What they reported when they could see it: as long as that waits, it can be repeated."""
    own = Report.objects.filter(
        reporter=viewer, subject_type=subject_type, outcome=Report.Outcome.WAITING
    )
    return Q(pk__in=own.values("subject_id"))


def _place_seen_by(viewer: User) -> Q:
    shown = Playground.objects.shown_to(viewer)
    return Q(pk__in=shown.values("pk")) | _still_reported(viewer, Subject.PLAYGROUND)


def _review_seen_by(viewer: User) -> Q:
    shown = Review.objects.shown_to(viewer).filter(
        playground__in=Playground.objects.shown_to(viewer)
    )
    seen = Q(pk__in=shown.values("pk")) | Q(user=viewer)
    return seen | _still_reported(viewer, Subject.REVIEW)


KINDS: dict[str, Kind] = {
    Subject.PROFILE: Kind(
        rows=lambda: Profile.objects.select_related("user", "breed"),
        seen_by=lambda viewer: Q(pk__in=blockable(viewer)),
        owner=lambda profile: profile.user,
        label=lambda profile: f"the profile of {profile.name}",
        hold=lambda profile: dogs.hold_bio(profile=profile),
        release=lambda profile: dogs.release_bio(profile=profile),
        held_field="bio_held_at",
    ),
    Subject.PHOTO: Kind(
        rows=lambda: Photo.objects.select_related("profile__user", "profile__breed"),
        seen_by=_of_a_profile,
        owner=lambda photo: photo.profile.user,
        label=lambda photo: f"photo {photo.position + 1} of {photo.profile.name}",
        hold=lambda photo: dogs.hold_photo(photo=photo),
        release=lambda photo: dogs.release_photo(photo=photo),
    ),
    Subject.PROMPT: Kind(
        rows=lambda: Prompt.objects.select_related("profile__user", "profile__breed"),
        seen_by=_of_a_profile,
        owner=lambda prompt: prompt.profile.user,
        label=lambda prompt: f"prompt {prompt.position + 1} of {prompt.profile.name}",
        hold=lambda prompt: dogs.hold_prompt(prompt=prompt),
        release=lambda prompt: dogs.release_prompt(prompt=prompt),
    ),
    Subject.MESSAGE: Kind(
        rows=lambda: Message.objects.select_related(
            "sender__user", "sender__breed", "conversation__low", "conversation__high"
        ),
        seen_by=_in_a_conversation,
        owner=lambda message: message.sender.user,
        label=lambda message: f"message {message.position} from {message.sender.name}",
        hold=lambda message: messages.hold(message=message),
        release=lambda message: messages.release(message=message),
    ),
    Subject.PLAYGROUND: Kind(
        rows=lambda: Playground.objects.select_related("created_by"),
        seen_by=_place_seen_by,
        owner=lambda playground: playground.created_by,
        label=lambda playground: f"the playground {playground.name}",
        hold=lambda playground: places.hold(playground=playground),
        release=lambda playground: places.release(playground=playground),
    ),
    Subject.REVIEW: Kind(
        rows=lambda: Review.objects.select_related("user", "playground"),
        seen_by=_review_seen_by,
        owner=lambda review: review.user,
        label=lambda review: f"a review of {review.playground.name}",
        hold=lambda review: places.hold_review(review=review),
        release=lambda review: places.release_review(review=review),
    ),
}


def find(*, viewer: User, subject_type: str, subject_id: UUID) -> Thing:
    """What `viewer` may report: what they can see, or could. Raises NotFound, or Oneself.

    What somebody wrote to them stays theirs to report after an unmatch, a block by either, and a
    conversation that they deleted.
    """
    kind = KINDS[subject_type]
    row = kind.rows().filter(kind.seen_by(viewer), pk=subject_id).first()
    if row is None:
        raise NotFound
    thing = Thing(Subject(subject_type), row, kind.owner(row))
    if thing.owner == viewer:
        raise Oneself
    return thing


def get(*, subject_type: str, subject_id: UUID) -> Thing | None:
    """The same for staff: as it stands now, while it is there."""
    if subject_type not in KINDS:
        return None  # screening also looks at what nobody can report
    kind = KINDS[subject_type]
    row = kind.rows().filter(pk=subject_id).first()
    return row and Thing(Subject(subject_type), row, kind.owner(row))


def get_many(names: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], Thing]:
    """The same for several, by type and id: one query for each type, and without what is gone."""
    wanted: dict[str, set[UUID]] = {}
    for subject_type, subject_id in names:
        if subject_type in KINDS:
            wanted.setdefault(subject_type, set()).add(subject_id)
    return {
        (subject_type, row.pk): Thing(Subject(subject_type), row, KINDS[subject_type].owner(row))
        for subject_type, ids in wanted.items()
        for row in KINDS[subject_type].rows().filter(pk__in=ids)
    }


def hold(thing: Thing) -> bool:
    """Take it out of others' sight; of a profile, its bio. Says whether it was in sight."""
    return KINDS[thing.type].hold(thing.row)


def release(thing: Thing) -> bool:
    """Let others see it again; says whether it was held."""
    return KINDS[thing.type].release(thing.row)
