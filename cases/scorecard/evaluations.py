"""The nine indicators of an agency or an officer, from the facts of a period (R50).

Measured are the dossiers that got their result in the period, and those that were open and past their due
moment at its end: those count as late. The due moment is that before an apology moved it (R31). What the
system does not know leaves an indicator, or a dossier, out; it is never 0.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate, TruncMinute

from cases.deadlines import Punctuality, punctuality_of
from cases.enums import EventKind, ReturnChannel
from cases.models import Dossier, DossierEvent, Reschedule, StepRun, Supplement
from cases.scorecard import dossiers, facts, nine
from cases.scorecard.nine import Contacted, Evaluation, NineRules
from cases.scorecard.scope import Scope
from cases.scorecard.scores import Fact, Facts, NoValue
from procedures.calendars import remembered_calendars
from procedures.enums import AgencyKind, Channel, Level
from procedures.models import Staff
from procedures.working_time import TZ, minute_of

# What is summed up for the indicators that are means of dossiers and steps, and for 5 and 9; the codes under
# which roll-ups keep it.
MEANS = {1: "nine-1", 2: "nine-2", 3: "nine-3", 4: "nine-4", 7: "nine-7"}
SETTLED_THERE, RECEIVED_THERE, LATE_ONLINE = "nine-5a", "nine-5b", "nine-9"
FACTS = ("3.1", "3.3", "6.1")  # parts of the scorecard that 8 and 9 are taken from
AT_ONCE = 2000  # dossiers in memory
Sums = Mapping[str, tuple[int, int]]  # sum and count by code; nothing is (0, 0)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: its score, of how many dossiers, steps or units, and why it has none."""

    number: int
    score: Decimal | None
    count: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The indicators that measure somebody, with total and band."""

    indicators: tuple[Indicator, ...]
    evaluation: Evaluation


def of_agency(scope: Scope) -> Report:
    """All nine, of the agency and everything below it. Raises ParameterRefused before the circular."""
    sums: Sums = defaultdict(lambda: (0, 0))
    with remembered_calendars():
        for counted in tallies(scope).values():
            for code, (sum_, count) in counted.items():
                sums[code] = sums[code][0] + sum_, sums[code][1] + count
        found = {code: facts.counted(code, scope).fact for code in FACTS}
    return report_of(sums, found, scope)


def report_of(sums: Sums, found: Facts, scope: Scope) -> Report:
    """All nine, from what was summed up by code and what the scorecard says of `FACTS`."""
    rules = nine.rules_on(scope.day)
    indicators = (
        *(_mean_of(number, *sums[code]) for number, code in MEANS.items()),
        _at_the_desk(sums, scope, rules),
        Indicator(6, None, reason=NoValue.NO_SOURCE),  # nobody records what is posted on the wall
        _of_feedback(found["6.1"], rules),
        _online(sums, found["3.1"], found["3.3"], rules),
    )
    return _report(indicators, nine.agency, rules)


def tallies(scope: Scope) -> dict[int, dict[str, tuple[int, int]]]:
    """By agency and code: sum of points and how many were measured; of steps by the unit that did them."""
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))

    def add(agency: int, code: str, points: int, times: int = 1) -> None:
        tally = found[agency][code]
        tally[0], tally[1] = tally[0] + points * times, tally[1] + times

    for one in _measured(dossiers.decided_by(scope), scope):
        agency = one.dossier.competent_agency
        for number, points in _points(one).items():
            add(agency, MEANS[number], points)
        add(agency, SETTLED_THERE, int(one.dossier.version__decided_at_once))
        add(agency, RECEIVED_THERE, int(not one.dossier.reception_place))
    for unit, result, n in _step_results(StepRun.objects.filter(unit__in=scope.units), scope):
        add(unit, MEANS[2], nine.time_points(result), n)
    online = dossiers.handled(scope).filter(channel=Channel.ONLINE)
    late = online.exclude(pk__in=dossiers.on_time(scope).values("pk"))
    for agency, count in late.order_by().values_list("competent_agency").annotate(n=Count("pk")):
        found[agency][LATE_ONLINE] = [count, count]
    return {
        agency: {code: (tally[0], tally[1]) for code, tally in counted.items()}
        for agency, counted in found.items()
    }


def of_officer(officer: Staff, scope: Scope) -> Report:
    """1, 2, 3, 4 and 7, of the agency's dossiers that the officer recorded the result of, or had in hand without one.

    Who had it in hand at the end of the period is asked of the steps, so that a past month stays what it was.
    """
    rules = nine.rules_on(scope.day)
    recorded = DossierEvent.objects.filter(
        dossier=OuterRef("pk"), kind=EventKind.RESULT_RECORDED, actor=officer, at__lt=scope.until
    )
    in_hand = StepRun.objects.filter(
        Q(done_at=None) | Q(done_at__gte=scope.until),
        dossier=OuterRef("pk"),
        officer=officer,
        started_at__lt=scope.until,
    )
    mine = Q(Exists(recorded), finished_at__isnull=False)
    mine |= (Q(finished_at=None) | Q(finished_at__gte=scope.until)) & Q(Exists(in_hand))
    if not scope.is_over:
        mine |= Q(holder=officer, finished_at=None)  # given and not begun yet
    # Whose they were is asked of the history, and once: three questions follow to the same dossiers.
    keys = dossiers.there(dossiers.decided_by(scope), scope).filter(mine).values_list("pk", flat=True)
    own = Dossier.objects.filter(pk__in=list(keys)).order_by()
    points: dict[int, list[int]] = {number: [] for number in MEANS}
    for one in _measured(own, scope):
        for number, worth in _points(one).items():
            points[number].append(worth)
    steps = _step_results(StepRun.objects.filter(officer=officer, unit__in=scope.units), scope)
    points[2] = [worth for _unit, result, n in steps for worth in [nine.time_points(result)] * n]
    indicators = [_mean_of(number, sum(worth), len(worth)) for number, worth in points.items()]
    return _report(indicators, nine.officer, rules)


def _report(indicators: Iterable[Indicator], evaluate, rules: NineRules) -> Report:
    indicators = tuple(sorted(indicators, key=lambda one: one.number))
    return Report(indicators, evaluate({one.number: one.score for one in indicators}, rules))


def _mean_of(number: int, points: int, count: int) -> Indicator:
    return Indicator(number, nine.mean_of(points, count), count, "" if count else NoValue.NOTHING)


# Dossiers ---------------------------------------------------------------------------------------------


class _Dossier(NamedTuple):
    """What is asked of a dossier, by the names of its columns. A month has ten thousands: objects take too long."""

    pk: int
    competent_agency: int
    due_at: datetime
    finished_at: datetime | None
    channel: str
    return_channel: str
    reception_place: str
    version__decided_at_once: bool


class _Request(NamedTuple):
    """A request to complete a dossier."""

    asked_at: datetime
    answered_at: datetime | None
    before_reception: bool
    cycle: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Beside:
    """What few dossiers have, by dossier: requests, due moments before an apology with their cycle, clarifications."""

    requests: Mapping[int, list[_Request]]
    moved: Mapping[int, list[tuple[int, datetime]]]
    clarified: Mapping[int, list[datetime]]

    @classmethod
    def of(cls, rows: QuerySet[Dossier]) -> "_Beside":
        keys = rows.order_by().values("pk")
        asked = Supplement.objects.filter(dossier__in=keys).order_by("asked_at", "pk")
        moved = Reschedule.objects.filter(dossier__in=keys).order_by("at", "pk")
        clarified = DossierEvent.objects.filter(kind=EventKind.CLARIFICATION, dossier__in=keys).order_by()
        return cls(
            _by_dossier((pk, _Request(*row)) for pk, *row in asked.values_list("dossier", *_Request._fields)),
            _by_dossier((pk, tuple(row)) for pk, *row in moved.values_list("dossier", "cycle", "old_due_at")),
            _by_dossier(clarified.values_list("dossier", "at")),
        )


def _by_dossier(rows: Iterable[tuple]) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for pk, row in rows:
        found[pk].append(row)
    return dict(found)


@dataclass(frozen=True, slots=True)
class _Measured:
    dossier: _Dossier
    result: Punctuality
    contacts: int
    is_undecided: bool  # complained of, and nobody has said yet whether that was right
    is_upheld: bool

    @property
    def attitude(self) -> int | None:
        """Points of indicator 7; None while a complaint is not decided."""
        if self.is_undecided and not self.is_upheld:
            return None
        return nine.attitude_points(self.result, upheld_complaint=self.is_upheld)


def _measured(rows: QuerySet[Dossier], scope: Scope) -> Iterator[_Measured]:
    """Those with a result of the period, and those that were open and late at its end."""
    rows = dossiers.there(rows, scope)
    undecided, upheld = (
        set(rows.filter(question(scope)).values_list("pk", flat=True))
        for question in (dossiers.undecided_complaints, dossiers.upheld_complaints)
    )
    candidates = rows.filter(Q(finished_at=None) | Q(finished_at__gte=scope.period.begins_at)).filter(
        Q(ended_at=None) | Q(ended_at__gte=scope.until)
    )
    beside = _Beside.of(candidates)
    for row in candidates.values_list(*_Dossier._fields).iterator(chunk_size=AT_ONCE):
        dossier = _Dossier(*row)
        result = _result(dossier, beside, scope)
        if result is not None:
            contacts = _contacts(dossier, beside, scope.until)
            yield _Measured(dossier, result, contacts, dossier.pk in undecided, dossier.pk in upheld)


def _result(dossier: _Dossier, beside: _Beside, scope: Scope) -> Punctuality | None:
    """Early, on time or late; of what was open at the end of the period only that it was late by then."""
    finished_at = dossier.finished_at
    if finished_at is not None and finished_at >= scope.until:
        finished_at = None
    requests = beside.requests.get(dossier.pk, ())
    if finished_at is None and _is_waiting(requests, scope.until):
        return None
    due_at = _due_then(dossier, requests, beside.moved.get(dossier.pk, ()), scope.until)
    return punctuality_of(due_at, finished_at, scope.last_minute)


def _is_waiting(requests: Iterable[_Request], until: datetime) -> bool:
    """The applicant had been asked and had not answered."""
    return any(
        asked.asked_at < until and (asked.answered_at is None or asked.answered_at >= until)
        for asked in requests
    )


def _due_then(
    dossier: _Dossier, requests: Iterable[_Request], moved: Iterable[tuple[int, datetime]], until: datetime
) -> datetime | None:
    """The due moment of the cycle that ran then, before an apology moved it."""
    requests = [asked for asked in requests if not asked.before_reception]
    cycle = 1 + sum(asked.answered_at is not None and asked.answered_at < until for asked in requests)
    before_it_moved = [due_at for of_cycle, due_at in moved if of_cycle == cycle]
    ended = [asked.due_at for asked in requests if asked.cycle == cycle]
    return next(iter([*before_it_moved, *ended]), dossier.due_at)


def _points(one: _Measured) -> dict[int, int]:
    """Of one dossier the points of the indicators 1, 3, 4 and 7; without 7 while a complaint is not decided."""
    points = {
        1: nine.time_points(one.result),
        3: nine.contact_points(one.contacts),
        4: nine.agencies_points(_contacted(one.dossier)),
        7: one.attitude,
    }
    return {number: worth for number, worth in points.items() if worth is not None}


def _step_results(steps: QuerySet[StepRun], scope: Scope) -> Iterator[tuple[int, Punctuality, int]]:
    """Unit, result and number of steps with a due moment that were done in the period, or ran and were late
    at its end.

    Not those after the result: then it is the applicant who is waited for. What `punctuality_of` says of one
    step is said here of all at once, in the words of the database.
    """
    done = Case(When(done_at__lt=scope.until, then="done_at"))
    due_by = TruncMinute("due_at", tzinfo=TZ)
    is_late = Q(done_by__gt=due_by) | Q(done_then=None, due_at__lt=minute_of(scope.last_minute))
    rows = (
        steps.filter(
            Q(dossier__finished_at=None) | Q(started_at__lt=F("dossier__finished_at")),
            Q(done_at=None) | Q(done_at__gte=scope.period.begins_at),
            due_at__isnull=False,
            started_at__lt=scope.until,
        )
        .alias(
            done_then=done,
            done_by=TruncMinute("done_then", tzinfo=TZ),
            done_on=TruncDate("done_then", tzinfo=TZ),
        )
        .annotate(
            result=Case(
                When(is_late, then=Value(Punctuality.LATE)),
                When(done_then=None, then=None),
                When(done_on__lt=TruncDate("due_at", tzinfo=TZ), then=Value(Punctuality.EARLY)),
                default=Value(Punctuality.ON_TIME),
                output_field=CharField(),
            )
        )
        .filter(result__isnull=False)
    )
    counted = rows.order_by().values_list("unit", "result").annotate(n=Count("pk"))
    return ((unit, Punctuality(result), n) for unit, result, n in counted)


def _contacts(dossier: _Dossier, beside: _Beside, until: datetime) -> int:
    """How often the applicant was asked for something; whose fault it was is not recorded."""
    asked = sum(request.asked_at < until for request in beside.requests.get(dossier.pk, ()))
    return asked + sum(at < until for at in beside.clarified.get(dossier.pk, ()))


def _contacted(dossier: _Dossier) -> Contacted:
    """Nobody, when it was filed and given back from afar; that others had to be contacted is not recorded."""
    from_afar = dossier.channel != Channel.DESK and dossier.return_channel != ReturnChannel.DESK
    return Contacted.NONE if from_afar else Contacted.ONE_STOP_ONLY


# Units ------------------------------------------------------------------------------------------------


def _at_the_desk(sums: Sums, scope: Scope, rules: NineRules) -> Indicator:
    """Indicator 5: settled on the spot is what is decided at once, received elsewhere what names a place."""
    (settled, measured), (received, _same) = sums[SETTLED_THERE], sums[RECEIVED_THERE]
    if not measured:
        return Indicator(5, None, reason=NoValue.NOTHING)
    level = Level.COMMUNE if scope.agency.kind == AgencyKind.COMMUNE else Level.PROVINCE
    points = nine.desk_points(
        level.value, Decimal(100 * settled) / measured, Decimal(100 * received) / measured, rules
    )
    return Indicator(5, nine.mean([points]), 1)


def _of_feedback(fact: Fact, rules: NineRules) -> Indicator:
    """Indicator 8, by the clocks of feedback."""
    return Indicator(8, nine.mean([nine.feedback_points(fact.denominator, fact.numerator, rules)]), 1)


def _online(sums: Sums, procedures: Fact, filed: Fact, rules: NineRules) -> Indicator:
    """Indicator 9: of the procedures and dossiers of the period; overdue is an online one that is not on time."""
    if not procedures.denominator or not filed.denominator:
        return Indicator(9, None, reason=NoValue.NOTHING)
    points = nine.online_points(
        *(Decimal(100 * fact.numerator) / fact.denominator for fact in (procedures, filed)),
        rules,
        any_overdue=sums[LATE_ONLINE][0] > 0,
    )
    return Indicator(9, nine.mean([points]), 1)
