"""The nine indicators of an agency or an officer, from the facts of a period (R50).

Measured are the dossiers that got their result in the period, and those that were open and past their due
moment at its end: those count as late. The due moment is that before an apology moved it (R31). What the
system does not know leaves an indicator, or a dossier, out; it is never 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from cases.deadlines import Punctuality, punctuality_of
from cases.enums import EventKind, ReturnChannel
from cases.models import Dossier, DossierEvent, StepRun
from cases.scorecard import dossiers, facts, nine
from cases.scorecard.nine import Contacted, Evaluation, NineRules
from cases.scorecard.scope import Scope
from cases.scorecard.scores import NoValue
from procedures.calendars import remembered_calendars
from procedures.enums import AgencyKind, Channel, Level
from procedures.models import Staff


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
    rules = nine.rules_on(scope.day)
    found = _measured(dossiers.decided_by(scope), scope)
    with remembered_calendars():
        indicators = (
            *_of_dossiers(found, StepRun.objects.filter(unit__in=scope.units), scope),
            _at_the_desk(found, scope, rules),
            Indicator(6, None, reason=NoValue.NO_SOURCE),  # nobody records what is posted on the wall
            _of_feedback(scope, rules),
            _online(scope, rules),
        )
    return _report(indicators, nine.agency, rules)


def of_officer(officer: Staff, scope: Scope) -> Report:
    """1, 2, 3, 4 and 7, of the dossiers that the officer recorded the result of, or holds and has not."""
    rules = nine.rules_on(scope.day)
    recorded = DossierEvent.objects.filter(
        dossier=OuterRef("pk"), kind=EventKind.RESULT_RECORDED, actor=officer, at__lt=scope.until
    )
    own = Dossier.objects.filter(
        Q(Exists(recorded), finished_at__isnull=False) | Q(holder=officer, finished_at=None)
    ).order_by()
    indicators = _of_dossiers(_measured(own, scope), StepRun.objects.filter(officer=officer), scope)
    return _report(indicators, nine.officer, rules)


def _report(indicators: Iterable[Indicator], evaluate, rules: NineRules) -> Report:
    indicators = tuple(sorted(indicators, key=lambda one: one.number))
    return Report(indicators, evaluate({one.number: one.score for one in indicators}, rules))


def _indicator(number: int, points: Sequence[int]) -> Indicator:
    return Indicator(number, nine.mean(points), len(points), "" if points else NoValue.NOTHING)


# Dossiers ---------------------------------------------------------------------------------------------


_NEEDED = (
    "due_at",
    "finished_at",
    "channel",
    "return_channel",
    "reception_place",
    "version__decided_at_once",
)


@dataclass(frozen=True, slots=True)
class _Measured:
    dossier: Dossier
    result: Punctuality
    is_undecided: bool  # complained of, and nobody has said yet whether that was right
    is_upheld: bool

    @property
    def attitude(self) -> int | None:
        """Points of indicator 7; None while a complaint is not decided."""
        if self.is_undecided and not self.is_upheld:
            return None
        return nine.attitude_points(self.result, upheld_complaint=self.is_upheld)


def _measured(rows: QuerySet[Dossier], scope: Scope) -> list[_Measured]:
    """Those with a result of the period, and those that were open and late at its end."""
    rows = dossiers.there(rows, scope)
    undecided, upheld = (
        set(rows.filter(question(scope)).values_list("pk", flat=True))
        for question in (dossiers.undecided_complaints, dossiers.upheld_complaints)
    )
    clarifications = DossierEvent.objects.filter(kind=EventKind.CLARIFICATION).order_by()
    candidates = (
        rows.filter(Q(finished_at=None) | Q(finished_at__gte=scope.period.begins_at))
        .filter(Q(ended_at=None) | Q(ended_at__gte=scope.until))
        .select_related("version")
        .only(*_NEEDED)
        .prefetch_related("supplements", "reschedules", Prefetch("events", clarifications))
    )
    found = []
    for dossier in candidates:
        result = _result(dossier, scope)
        if result is not None:
            found.append(_Measured(dossier, result, dossier.pk in undecided, dossier.pk in upheld))
    return found


def _result(dossier: Dossier, scope: Scope) -> Punctuality | None:
    """Early, on time or late; of what was open at the end of the period only that it was late by then."""
    finished_at = dossier.finished_at
    if finished_at is not None and finished_at >= scope.until:
        finished_at = None
    if finished_at is None and _is_waiting(dossier, scope.until):
        return None
    return punctuality_of(_due_then(dossier, scope.until), finished_at, scope.last_minute)


def _is_waiting(dossier: Dossier, until: datetime) -> bool:
    """The applicant had been asked and had not answered."""
    return any(
        asked.asked_at < until and (asked.answered_at is None or asked.answered_at >= until)
        for asked in dossier.supplements.all()
    )


def _due_then(dossier: Dossier, until: datetime) -> datetime | None:
    """The due moment of the cycle that ran then, before an apology moved it."""
    requests = [asked for asked in dossier.supplements.all() if not asked.before_reception]
    cycle = 1 + sum(asked.answered_at is not None and asked.answered_at < until for asked in requests)
    moved = [row.old_due_at for row in dossier.reschedules.all() if row.cycle == cycle]
    ended = [asked.due_at for asked in requests if asked.cycle == cycle]
    return next(iter([*moved, *ended]), dossier.due_at)


def _of_dossiers(found: list[_Measured], steps: QuerySet[StepRun], scope: Scope) -> list[Indicator]:
    """Indicators 1, 2, 3, 4 and 7."""
    return [
        _indicator(1, [nine.time_points(one.result) for one in found]),
        _indicator(2, [nine.time_points(result) for result in _step_results(steps, scope)]),
        _indicator(3, [nine.contact_points(_contacts(one.dossier, scope.until)) for one in found]),
        _indicator(4, [nine.agencies_points(_contacted(one.dossier)) for one in found]),
        _indicator(7, [one.attitude for one in found if one.attitude is not None]),
    ]


def _step_results(steps: QuerySet[StepRun], scope: Scope) -> list[Punctuality]:
    """Of steps with a due moment that were done in the period, or ran and were late at its end.

    Not those after the result: then it is the applicant who is waited for.
    """
    rows = steps.filter(
        Q(dossier__finished_at=None) | Q(started_at__lt=F("dossier__finished_at")),
        Q(done_at=None) | Q(done_at__gte=scope.period.begins_at),
        due_at__isnull=False,
        started_at__lt=scope.until,
    ).values_list("due_at", "done_at")
    results = (
        punctuality_of(due_at, done_at if done_at and done_at < scope.until else None, scope.last_minute)
        for due_at, done_at in rows
    )
    return [result for result in results if result is not None]


def _contacts(dossier: Dossier, until: datetime) -> int:
    """How often the applicant was asked for something; whose fault it was is not recorded."""
    asked = sum(supplement.asked_at < until for supplement in dossier.supplements.all())
    return asked + sum(event.at < until for event in dossier.events.all())  # read are only clarifications


def _contacted(dossier: Dossier) -> Contacted:
    """Nobody, when it was filed and given back from afar; that others had to be contacted is not recorded."""
    from_afar = dossier.channel != Channel.DESK and dossier.return_channel != ReturnChannel.DESK
    return Contacted.NONE if from_afar else Contacted.ONE_STOP_ONLY


# Units ------------------------------------------------------------------------------------------------


def _at_the_desk(found: list[_Measured], scope: Scope, rules: NineRules) -> Indicator:
    """Indicator 5: settled on the spot is what is decided at once, received elsewhere what names a place."""
    if not found:
        return Indicator(5, None, reason=NoValue.NOTHING)
    level = Level.COMMUNE if scope.agency.kind == AgencyKind.COMMUNE else Level.PROVINCE
    settled = sum(one.dossier.version.decided_at_once for one in found)
    received = sum(not one.dossier.reception_place for one in found)
    points = nine.desk_points(
        level.value, Decimal(100 * settled) / len(found), Decimal(100 * received) / len(found), rules
    )
    return Indicator(5, nine.mean([points]), 1)


def _of_feedback(scope: Scope, rules: NineRules) -> Indicator:
    """Indicator 8, by the clocks of feedback."""
    fact = facts.counted("6.1", scope).fact
    return Indicator(8, nine.mean([nine.feedback_points(fact.denominator, fact.numerator, rules)]), 1)


def _online(scope: Scope, rules: NineRules) -> Indicator:
    """Indicator 9: of the procedures and dossiers of the period; overdue is an online one that is not on time."""
    procedures, filed = (facts.counted(code, scope).fact for code in ("3.1", "3.3"))
    if not procedures.denominator or not filed.denominator:
        return Indicator(9, None, reason=NoValue.NOTHING)
    online = Q(channel=Channel.ONLINE)
    handled = dossiers.handled(scope).filter(online)
    any_overdue = handled.exclude(pk__in=dossiers.on_time(scope).values("pk")).exists()
    points = nine.online_points(
        *(Decimal(100 * fact.numerator) / fact.denominator for fact in (procedures, filed)),
        rules,
        any_overdue=any_overdue,
    )
    return Indicator(9, nine.mean([points]), 1)
