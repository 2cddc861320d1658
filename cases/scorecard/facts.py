"""The facts of a scorecard, counted in the database: the truth that every roll-up is compared with (R51).

Each part is a pair of questions, numerator and denominator, so that a figure opens what it counted. What the
system has no source for has no fact but the reason, and is never 0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Case, Q, QuerySet, When

from cases import feedback
from cases.feedback import FeedbackVerb
from cases.models import AnswerRating, Dossier, Feedback, Payment
from cases.portal.rates import SYNCHRONISED
from cases.scorecard import dossiers
from cases.scorecard.editions import Edition
from cases.scorecard.installed import editions
from cases.scorecard.parameters import edition_on
from cases.scorecard.periods import Period
from cases.scorecard.ranking import Standing, ranking
from cases.scorecard.scope import Scope
from cases.scorecard.scores import Card, Fact, Facts, NoValue, card
from procedures import figures
from procedures.calendars import calendars_for, remembered_calendars
from procedures.enums import Channel
from procedures.figures import Procedures
from procedures.models import Agency, Procedure
from procedures.regimes import feedback_rules_on
from procedures.working_time import WorkCalendar, local


@dataclass(frozen=True, slots=True)
class Counted:
    """What is in the numerator, and what in the denominator: dossiers, procedures or feedback."""

    numerator: QuerySet
    denominator: QuerySet
    condition: Q | None = None  # of the numerator, where it is one on the rows of the denominator

    @property
    def rest(self) -> QuerySet:
        """What is in the denominator only."""
        if self.condition is None:
            return self.denominator.exclude(pk__in=self.numerator.order_by().values("pk"))
        # Said so, what the condition says nothing about is in the rest, as it is not in the numerator.
        is_counted = Case(When(self.condition, then=True), default=False)
        return self.denominator.alias(is_counted=is_counted).filter(is_counted=False)

    @property
    def fact(self) -> Fact:
        return Fact(self.numerator.count(), self.denominator.count())


def share(found: QuerySet, condition: Q) -> Counted:
    """Those that meet a condition, of all of these."""
    return Counted(found.filter(condition), found, condition)


def scope_of(agency: Agency, period: Period, now: datetime, edition: Edition | None = None) -> Scope:
    """The agency's period, with the installed parameters of its last day unless others are given.

    Raises a CannotCount with a sentence for a period that has not begun, or before all parameters.
    """
    return Scope(agency, period, now, edition or edition_on(period.last, editions()))


def facts_of(scope: Scope) -> Facts:
    """Every part of the edition, counted or with the reason why not."""
    with remembered_calendars():
        return {code: fact_of(code, scope) for code in scope.edition.codes}


def card_of(scope: Scope) -> Card:
    return card(facts_of(scope), scope.edition, in_a_year=scope.period.in_a_year)


def standings(agency: Agency, period: Period, now: datetime) -> list[Standing]:
    """The active agencies next below by their totals, with what changed since the period before."""
    below = list(Agency.objects.filter(parent=agency, is_active=True))
    first = min(edition.begins for edition in editions())
    periods = [period, period.before] if period.before.last >= first else [period]
    return ranking(
        *({one.identifier: card_of(scope_of(one, when, now)).total for one in below} for when in periods)
    )


def counted(code: str, scope: Scope) -> Counted | NoValue:
    """What the figures of a part count, or why there are none. Raises ParameterRefused for another code."""
    scope.edition.part(code)
    return _COUNTS[code](scope)


def fact_of(code: str, scope: Scope) -> Fact:
    """One part, counted or with the reason why not."""
    found = counted(code, scope)
    return found.fact if isinstance(found, Counted) else Fact.unknown(found)


# The parts --------------------------------------------------------------------------------------------


def _no_source(scope: Scope) -> NoValue:
    return NoValue.NO_SOURCE


def _procedures(found: Procedures) -> Counted:
    return Counted(Procedure.objects.filter(pk__in=found.good), Procedure.objects.filter(pk__in=found.all))


def _of_the_province(count: Callable[[Scope], Procedures]) -> Callable[[Scope], Counted | NoValue]:
    """Counted once for a province; what is below has no figure of its own."""

    def counting(scope: Scope) -> Counted | NoValue:
        return _procedures(count(scope)) if scope.is_province else NoValue.OTHER_LEVEL

    return counting


def _of_handled(condition: Callable[[Scope], Q]) -> Callable[[Scope], Counted]:
    """A share of the dossiers received or handled in the period."""

    def counting(scope: Scope) -> Counted:
        return share(dossiers.handled(scope), condition(scope))

    return counting


def _on_time(scope: Scope) -> Counted:
    return share(*dossiers.judged(scope))


def _offered_online(scope: Scope) -> Counted:
    return _procedures(Procedures(scope.authority.online, scope.authority.all))


def _used_online(scope: Scope) -> Counted:
    online = scope.authority.online
    used = _ids(dossiers.filed(scope).filter(channel=Channel.ONLINE), "version__procedure")
    return _procedures(Procedures(used & online, online))


def _synchronised(scope: Scope) -> Counted | NoValue:
    """As it stands now: what the portal takes later belongs to the month of the reception (R46)."""
    if not settings.PORTAL_URL:
        return NoValue.NO_SOURCE
    if scope.is_archived:
        return NoValue.ARCHIVED
    return share(dossiers.received(scope), SYNCHRONISED)


def _filed_online(scope: Scope) -> Counted:
    return share(dossiers.filed(scope), Q(channel=Channel.ONLINE))


def _results(scope: Scope) -> Counted:
    """Of the dossiers whose procedure has a result on paper."""
    found = dossiers.handled(scope).exclude(version__result_name_vi="")
    return share(found, Q(dossiers.with_result_file(scope)))


def _procedures_with_population_data(scope: Scope) -> Counted:
    citizens = scope.authority.for_citizens
    used = _ids(dossiers.handled(scope).filter(dossiers.with_population_data(scope)), "version__procedure")
    return _procedures(Procedures(used & citizens, citizens))


def _procedures_paid_online(scope: Scope) -> Counted:
    with_fee = scope.authority.with_fee
    paid = _ids(dossiers.payments_online_within(scope), "dossier__version__procedure")
    return _procedures(Procedures(paid & with_fee, with_fee))


def _dossiers_paid_online(scope: Scope) -> Counted:
    return share(dossiers.with_something_to_pay(scope), Q(dossiers.paid_online(scope)))


def _satisfied(scope: Scope) -> Counted:
    """Neither late nor complained of; what is both is taken off once."""
    found, is_on_time = dossiers.judged(scope)
    return share(found, is_on_time & ~dossiers.complained_of(scope))


def _ids(rows: QuerySet[Dossier] | QuerySet[Payment], field: str) -> frozenset[int]:
    return frozenset(rows.values_list(field, flat=True))


# Feedback ---------------------------------------------------------------------------------------------


def _answered_on_time(scope: Scope) -> Counted:
    """Of what was sent, or last passed on to these agencies, in the period (R48)."""
    found = received_feedback(scope)
    return Counted(
        Feedback.objects.filter(pk__in=[one.pk for one in found if one.on_time]),
        Feedback.objects.filter(pk__in=[one.pk for one in found]),
    )


def _satisfied_with_answers(scope: Scope) -> Counted:
    """Of the same those that were on time and whose sender did not say to be dissatisfied."""
    found = received_feedback(scope)
    return Counted(
        Feedback.objects.filter(pk__in=[one.pk for one in found if one.is_satisfied]),
        Feedback.objects.filter(pk__in=[one.pk for one in found]),
    )


@dataclass(frozen=True, slots=True)
class ReceivedFeedback:
    """One piece of feedback by its key, with the agency that had it last and whether it was on time."""

    pk: int
    agency: int
    on_time: bool
    disliked: bool = False

    @property
    def is_satisfied(self) -> bool:
        return self.on_time and not self.disliked


def received_feedback(scope: Scope) -> list[ReceivedFeedback]:
    """What these agencies received in the period, as it stood at its end."""
    units = set(scope.units)
    candidates = (
        Feedback.objects.filter(sent_at__lt=scope.until, counts_from__gte=scope.period.begins_at)
        .select_related("book")
        .prefetch_related("steps__to_agency", "book__agency")
        .order_by("pk")
    )
    ratings = AnswerRating.objects.filter(satisfied=False, at__lt=scope.until)
    disliked = set(ratings.filter(feedback__in=candidates).values_list("feedback", flat=True))
    calendars = calendars_for({agency for one in candidates for agency in _had_it(one)})
    received = []
    for one in candidates:
        stood = _stood(one, scope, calendars)
        if stood.agency.pk in units and scope.period.begins_at <= stood.since:
            on_time = feedback.is_on_time(stood.due_at, stood.ended_at, at=scope.last_minute)
            received.append(ReceivedFeedback(one.pk, stood.agency.pk, on_time, one.pk in disliked))
    return received


@dataclass(frozen=True, slots=True)
class _Stood:
    agency: Agency
    since: datetime
    ended_at: datetime | None
    due_at: datetime


def _had_it(one: Feedback) -> list[Agency]:
    return [one.book.agency, *(step.to_agency for step in one.steps.all() if step.to_agency)]


def _stood(one: Feedback, scope: Scope, calendars: Mapping[int | None, WorkCalendar]) -> _Stood:
    """Where feedback stood at the end of the period: with whom since when, and until when its end was due."""
    agency, since, end = one.book.agency, one.sent_at, None
    for step in one.steps.all():
        if step.at >= scope.until:
            break
        if step.verb == FeedbackVerb.TRANSFER:
            agency, since = step.to_agency, step.at
        elif step.verb in {FeedbackVerb.ANSWER, FeedbackVerb.REFUSE}:
            end = step
    if end is not None:
        return _Stood(agency, since, end.at, end.due_at)
    law = feedback_rules_on(local(one.sent_at).date())
    return _Stood(agency, since, None, feedback.clocks(since, law, calendars[agency.pk]).answer_by)


_COUNTS: dict[str, Callable[[Scope], Counted | NoValue]] = {
    "1.1": _of_the_province(lambda scope: figures.signed_in_time(scope.period.first, scope.day)),
    "1.2": _of_the_province(lambda scope: figures.loaded_in_time(scope.period.first, scope.day)),
    "1.3": _of_the_province(lambda scope: figures.published_in_full(scope.day)),
    "1.4": _synchronised,
    "2.1": _on_time,
    "3.1": _offered_online,
    "3.2": _used_online,
    "3.3": _filed_online,
    "4.1": _results,
    "4.2": _of_handled(lambda scope: Q(dossiers.with_result_file(scope)) & dossiers.papers_digitised(scope)),
    "4.3": _of_handled(lambda scope: Q(dossiers.with_reuse(scope))),
    "4.4": _no_source,
    "4.5a": _procedures_with_population_data,
    "4.5b": _of_handled(lambda scope: Q(dossiers.with_population_data(scope))),
    "4.6": _no_source,
    "5.1": _no_source,
    "5.2": _procedures_paid_online,
    "5.3": _dossiers_paid_online,
    "6.1": _answered_on_time,
    "6.2": _satisfied_with_answers,
    "6.3": _satisfied,
}
