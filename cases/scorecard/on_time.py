"""On time in the sense of Decision 766 (R52); pure.

Not the same as on time by law: the waiting for a supplement is subtracted instead of starting the limit
afresh, so the appointment that counts is the first one (T1). Nothing is capped, and what is still open after
its appointment is late.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.portal.statuses import PortalStatus
from cases.responsibility import Wait, adjusted_end, on_time_766
from cases.scorecard.scores import Fact
from procedures.working_time import minute_of

# The first of these that there is, ends a dossier; what was stopped and what was not received is one.
ENDS = (
    (PortalStatus.FINISHED,),
    (PortalStatus.RETURNED,),
    (PortalStatus.STOPPED, PortalStatus.NOT_RECEIVED),
)
# After these the supplement that was asked for has not come.
WITHOUT_SUPPLEMENT = frozenset(
    {PortalStatus.NOT_RECEIVED, PortalStatus.SUPPLEMENT, PortalStatus.WITHDRAWAL, PortalStatus.STOPPED}
)


@dataclass(frozen=True, slots=True)
class Course:
    """What happened to one dossier. `ended_at`: finished, else returned, else stopped or not received.

    Without an appointment `longest` is what the procedure may take, from `started_at` on.
    """

    appointment: datetime | None
    ended_at: datetime | None = None
    requests: Sequence[Wait] = ()
    was_received: bool = True
    started_at: datetime | None = None
    longest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it counts, and whether it is on time; None when there is nothing to compare with."""

    counted: bool
    end_used: datetime | None = None
    adjusted_end: datetime | None = None
    on_time: bool | None = None


def verdict(course: Course, period_end: datetime, *, multiple_requests_overdue: str = "always") -> Verdict:
    """How a dossier stands at the end of a period; what happened later had not happened then.

    What ended without ever having been received does not count, nor what nothing is known of to compare with.
    """
    course = as_of(course, period_end)
    waits = course.requests
    if not course.was_received:
        return Verdict(counted=False)
    end = course.ended_at or _only_request(waits) or period_end
    appointment = _appointment(course)
    if appointment is None:
        return Verdict(counted=False, end_used=end, adjusted_end=adjusted_end(end, waits))
    on_time = on_time_766(appointment, end, waits, multiple_requests_overdue=multiple_requests_overdue)
    return Verdict(True, end, adjusted_end(end, waits), on_time)


def _only_request(waits: Sequence[Wait]) -> datetime | None:
    """The time of the single request, while it is open."""
    return waits[0].begins if len(waits) == 1 and waits[0].ends is None else None


def _appointment(course: Course) -> datetime | None:
    if course.appointment is not None:
        return course.appointment
    if course.started_at is None or course.longest is None:
        return None
    return minute_of(course.started_at) + course.longest


def as_of(course: Course, moment: datetime) -> Course:
    """The same dossier as it stood at a moment."""
    at = minute_of(moment)
    waits = [
        Wait(wait.begins, wait.ends if wait.ends is not None and minute_of(wait.ends) <= at else None)
        for wait in course.requests
        if minute_of(wait.begins) <= at
    ]
    ended = course.ended_at if course.ended_at is not None and minute_of(course.ended_at) <= at else None
    return Course(course.appointment, ended, waits, course.was_received, course.started_at, course.longest)


def course_of(
    events: Iterable[tuple[int, datetime]], appointment: datetime | None, *, was_received: bool | None = None
) -> Course:
    """The course of a dossier from the statuses that were sent of it, in any order."""
    events = sorted(events, key=lambda event: (event[1], event[0]))
    ends = ([at for status, at in events if status in kinds] for kinds in ENDS)
    ended_at = next((moments[0] for moments in ends if moments), None)
    if was_received is None:
        was_received = any(status == PortalStatus.RECEIVED for status, _at in events)
    return Course(appointment, ended_at, _waits(events), was_received)


def _waits(events: Sequence[tuple[int, datetime]]) -> list[Wait]:
    """Each request with the next status, when that one says that the supplement came."""
    waits = []
    for place, (status, at) in enumerate(events):
        if status == PortalStatus.SUPPLEMENT:
            following = events[place + 1] if place + 1 < len(events) else None
            came = following is not None and following[0] not in WITHOUT_SUPPLEMENT
            waits.append(Wait(at, following[1] if came else None))
    return waits


def rate(
    courses: Iterable[Course], period_end: datetime, *, multiple_requests_overdue: str = "always"
) -> Fact:
    """Dossiers on time ÷ dossiers that count, at the end of a period (part 2.1)."""
    verdicts = [
        verdict(course, period_end, multiple_requests_overdue=multiple_requests_overdue) for course in courses
    ]
    counted = [found for found in verdicts if found.counted]
    return Fact(sum(found.on_time is True for found in counted), len(counted))
