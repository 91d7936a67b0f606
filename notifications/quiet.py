"""Quiet hours: a stretch of the day, as a person's own clock shows it."""

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


class QuietHours(NamedTuple):
    """From `start` up to, and without, `end`; over midnight when `end` is the earlier one."""

    start: time
    end: time
    zone: ZoneInfo

    def hold(self, moment: datetime) -> bool:
        """Whether the clock on the person's wall shows a quiet hour.

        An hour that comes twice in autumn is quiet twice, and one that is skipped in spring is
        nobody's.
        """
        shown = moment.astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end

    def until(self, moment: datetime) -> datetime | None:
        """When the quiet hours that hold at `moment` are over; None when none do.

        Clocks are set by whole minutes, so stepping through them meets every change of the offset.
        """
        if not self.hold(moment):
            return None
        end = moment.replace(second=0, microsecond=0) + MINUTE
        while self.hold(end):
            end += MINUTE
        return end
