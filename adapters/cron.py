"""Cron expressions, as Debian's cron understands them, on clocks of the IANA time zones."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from domain.errors import Invalid
from domain.ports.schedules import Cron

_FIELDS = 5
_LONGEST = 255  # a list of all minutes has 229 characters


class CalendarCron(Cron):
    def next(self, expression: str, time_zone: str, after: datetime) -> datetime:
        if len(expression) > _LONGEST or len(expression.split()) != _FIELDS:
            raise _odd(expression, "it must have five fields: minute, hour, day of the month, month, day of the week")
        local = after.astimezone(_zone(time_zone))
        try:
            for found in CronSim(expression, local):
                # It walks along the clock's face: where an hour comes twice, it may name a time that has passed.
                moment = found.astimezone(UTC)
                if moment > after:
                    return moment
        except CronSimError as error:
            raise _odd(expression, str(error).lower()) from error
        raise _odd(expression, "no such day will ever come")


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown; a path; a folder of zones
        raise Invalid(
            f"There is no time zone {name!r}. Name one as Europe/Berlin or UTC.", field="time_zone"
        ) from error


def _odd(expression: str, why: str) -> Invalid:
    return Invalid(f"The cron expression {expression[:_LONGEST]!r} cannot be followed: {why}.", field="cron")
