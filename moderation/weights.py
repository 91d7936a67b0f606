"""How much a report weighs: by how its reporter's earlier ones ended, and by who else reports."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from accounts.models import User
from moderation.models import Case, Report
from profiles.models import Profile

# Sign-ins on one device, or from one network: an IPv4 address, or a /48, as large as one customer of
# IPv6 may have it (ADR 24).
LINKED = """
SELECT count(*) FROM moderation_report report
WHERE report.case_id = %(case)s AND report.outcome = 'waiting' AND (
    report.reporter_id = %(reporter)s
    OR EXISTS (
        SELECT FROM accounts_session theirs JOIN accounts_session own
            ON own.device_id = theirs.device_id
            OR network(set_masklen(own.ip_address, CASE family(own.ip_address) WHEN 4 THEN 32 ELSE 48 END))
             = network(set_masklen(theirs.ip_address, CASE family(theirs.ip_address) WHEN 4 THEN 32 ELSE 48 END))
        WHERE theirs.user_id = report.reporter_id AND own.user_id = %(reporter)s
    )
)
"""


class Record(NamedTuple):
    """In how many cases somebody's reports were acted upon, and in how many they were not."""

    acted: int = 0
    dismissed: int = 0

    @property
    def weight(self) -> float:
        """From nearly 0 (never right) over 1 (new) to nearly 2 (always right).

        Twice the share of reports that were acted upon, by the rule of succession (Laplace, 1774:
        the mean of a Beta distribution that starts with one of each).
        """
        return 2 * (self.acted + 1) / (self.acted + self.dismissed + 2)


def records_of(reporters: Collection[UUID]) -> dict[UUID, Record]:
    """The records of people. What somebody reported in one case counts once, however often.

    Records fade by themselves: reports go together with their cases.
    """
    found = (
        Report.objects.filter(reporter__in=reporters)
        .values_list("reporter")
        .annotate(
            acted=Count("case", distinct=True, filter=Q(outcome=Report.Outcome.ACTED)),
            dismissed=Count("case", distinct=True, filter=Q(outcome=Report.Outcome.DISMISSED)),
        )
    )
    return {pk: Record() for pk in reporters} | {pk: Record(*counts) for pk, *counts in found}


def weigh(*, reporter: User, case: Case) -> float:
    """What one more report in this case weighs: the reporter's record, halved for each in concert.

    Reports by the same person, or by accounts that share a device or a network, add up to less than
    two of them, however many they are. Two who share a flat are still heard. Once more it is halved
    for an account of which nothing is known, such as are made by the dozen.
    """
    with connection.cursor() as cursor:
        cursor.execute(LINKED, {"case": case.pk, "reporter": reporter.pk})
        [halvings] = cursor.fetchone()
    if not _is_somebody(reporter):
        halvings += 1
    return records_of([reporter.pk])[reporter.pk].weight / 2**halvings


def _is_somebody(user: User) -> bool:
    """Whether a box answers at the account's address, or a whole dog can be seen."""
    return user.is_email_verified or Profile.objects.filter(user=user, is_complete=True).exists()
