"""What goes wrong in the demo town, and what staff made of it: so that the desk has work."""

import uuid
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Q

from accounts.models import User
from demo import documents
from demo.dogs import Dog
from demo.settling import LEAD, MODERATOR, Housing
from demo.wording import load
from matching.models import Match
from messaging import services as messaging
from messaging.models import Message, Participant
from moderation import appeals, deciding
from moderation.models import Case, Decision, Report, Subject
from moderation.reporting import report
from moderation.roles import Role
from profiles.images import render_document
from profiles.models import Photo, Profile
from verification import services as verification
from verification.models import Verification

DAYS = {Decision.Kind.SUSPEND: 14, Decision.Kind.LIMIT: 7}
# What lasts some days still does, and a ban waits for a second pair of eyes.
RECENT = {*DAYS, Decision.Kind.BAN}
# The last ones wait for review.
UNSEEN_PHOTOS = 24
LONGEST_AGO, STILL_RUNNING = timedelta(weeks=10), timedelta(days=4)


class Incidents:
    """Some of the crowd misbehave, others complain, and two of staff have decided a part of it."""

    def __init__(
        self,
        seed: object,
        now: datetime,
        housing: Housing,
        dogs: list[Dog],
        profiles: dict[int, Profile],
    ) -> None:
        self.rng = Random(f"{seed}/incidents")
        self.now = now
        self.dogs = {dog.number: dog for dog in dogs}
        self.profiles = profiles
        # The first two belong to whoever looks around; nobody complains about those.
        self.crowd = [profile for number, profile in sorted(profiles.items()) if number > 2]
        self.stars = [profile for number, profile in profiles.items() if number <= 2]
        self.moderator = self._hire(housing, MODERATOR, Role.MODERATOR)
        self.lead = self._hire(housing, LEAD, Role.LEAD)

    def happen(self, *, drawn: bool) -> int:
        """Let it all happen; says how many reports there were."""
        talkative, quiet = self._culprits()
        for incident in load("incidents")["incidents"]:
            some = talkative if "says" in incident else quiet
            if some:
                self._happens(incident, some.pop())
        self._review_photos()
        self._show_documents(drawn=drawn)
        return Report.objects.count()

    def _hire(self, housing: Housing, name: str, role: Role) -> User:
        user = housing.hire(name)
        user.groups.add(Group.objects.get(name=role))
        return user

    def _culprits(self) -> tuple[list[Profile], list[Profile]]:
        """Those who have somebody to write to, and the others; none who knows the stars."""
        matched = Match.objects.filter(Q(low__in=self.stars) | Q(high__in=self.stars))
        known = {pk for pair in matched.values_list("low", "high") for pk in pair}
        strangers = [profile for profile in self.crowd if profile.pk not in known]
        self.rng.shuffle(strangers)
        talking = set(Participant.objects.filter(closed_at=None).values_list("profile", flat=True))
        return (
            [profile for profile in strangers if profile.pk in talking],
            [profile for profile in strangers if profile.pk not in talking],
        )

    def _happens(self, incident: dict[str, Any], culprit: Profile) -> None:
        (subject_type, subject_id), others = self._subject(incident, culprit)
        made = [
            report(
                reporter=reporter.user,
                subject_type=subject_type,
                subject_id=subject_id,
                reason=incident["reason"],
                text=text,
            )[0]
            for text, reporter in zip(incident["complaints"], others, strict=False)
        ]
        # In a very small town there is nobody to complain.
        if not made:
            return
        case = made[0].case
        decided = incident.get("ends")
        ago = timedelta(hours=self.rng.uniform(0.2, 30))
        if decided:
            longest = STILL_RUNNING if decided in RECENT else LONGEST_AGO
            ago = longest * self.rng.uniform(0.1, 1)
        self._put_back(case, ago)
        if decided:
            self._decide(case, decided, incident, ago)

    def _subject(
        self, incident: dict[str, Any], culprit: Profile
    ) -> tuple[tuple[Subject, uuid.UUID], list[Profile]]:
        """What is complained about, and who may complain."""
        if lines := incident.get("says"):
            side = Participant.objects.filter(profile=culprit, closed_at=None)[0]
            messages = [self._say(side, line) for line in lines]
            return (Subject.MESSAGE, messages[-1].pk), [side.other]
        neighbours = [one for one in self.crowd if one != culprit]
        others = self.rng.sample(neighbours, min(4, len(neighbours)))
        if incident.get("photo"):
            return (Subject.PHOTO, culprit.photos.get(position=1).pk), others
        return (Subject.PROFILE, culprit.pk), others

    def _say(self, side: Participant, line: str) -> Message:
        client_id = uuid.UUID(int=self.rng.getrandbits(128), version=4)
        return messaging.send(participant=side, client_id=client_id, body=line)[0]

    def _put_back(self, case: Case, ago: timedelta) -> None:
        """To when it was, as far as the desk shows it."""
        case.refresh_from_db()
        Report.objects.filter(case=case).update(created_at=self.now - ago)
        Case.objects.filter(pk=case.pk).update(
            opened_at=self.now - ago, due_at=case.due_at - ago, ranked_at=case.ranked_at - ago
        )

    def _decide(self, case: Case, kind: str, incident: dict[str, Any], ago: timedelta) -> None:
        by = self.lead if kind == Decision.Kind.BAN else self.moderator
        decision = deciding.decide(
            case=case,
            by=by,
            kind=kind,
            reason=incident["reason"],
            days=DAYS.get(Decision.Kind(kind)),
        )
        decided_at = self.now - ago + timedelta(hours=self.rng.uniform(0.5, 20))
        if decision.in_force_at:
            times = {"created_at": decided_at, "in_force_at": decided_at}
            Decision.objects.filter(pk=decision.pk).update(**times)
            Case.objects.filter(pk=case.pk).update(closed_at=decided_at)
            Report.objects.filter(case=case).update(decided_at=decided_at)
        if text := incident.get("appeal"):
            assert decision.person is not None  # noqa: S101 (they are here)
            appeals.appeal(decision=decision, by_person=decision.person, text=text)

    def _review_photos(self) -> None:
        latest = Photo.objects.order_by("-created_at").values("pk")[:UNSEEN_PHOTOS]
        Photo.objects.exclude(pk__in=list(latest.values_list("pk", flat=True))).update(
            reviewed_at=self.now
        )

    def _show_documents(self, *, drawn: bool) -> None:
        """Two who have done nothing want the badge, and wait for it."""
        accused = set(Case.objects.values_list("about", flat=True))
        blameless = [
            number
            for number, profile in sorted(self.profiles.items())
            if number > 2 and profile.user_id not in accused
        ]
        chosen = self.rng.sample(blameless, min(2, len(blameless)))
        for number, kind in zip(chosen, Verification.Kind, strict=False):
            dog = self.dogs[number]
            picture = self._picture(kind, dog) if drawn else documents.blank()
            name = verification.store_document(render_document(picture))
            verification.show(profile=self.profiles[number], kind=kind, document=name)

    def _picture(self, kind: str, dog: Dog) -> BytesIO:
        if kind == Verification.Kind.VACCINATION:
            return documents.vaccination_record(dog, self.rng, today=self.now.date())
        return documents.fresh_photo(dog, self.rng)
