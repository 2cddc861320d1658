"""Dossiers of a period as the scorecard counts them, straight from the facts (R51, R52).

Each population and each condition is a question to the stored facts as they stood at the end of the period;
a figure is the number of what it lists. Moments are compared in minutes, as they are printed (T7).
"""

from functools import reduce
from operator import or_

from django.contrib.postgres.fields import DateTimeRangeField
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThanOrEqual

from cases.connections.population.facts import Outcome
from cases.connections.sources import parts_naming
from cases.connections.systems import System
from cases.enums import ON_PAPER, DocumentSource, EventKind, PaymentMethod, Provision, State
from cases.feedback import FeedbackKind, FeedbackState, Verdict
from cases.models import (
    Document,
    Dossier,
    DossierComponent,
    DossierEvent,
    DossierFee,
    Feedback,
    Payment,
    PopulationLookup,
    Rating,
    Supplement,
)
from cases.models.dossier_sets import THERE
from cases.scorecard.scope import Scope
from procedures.models import Component
from procedures.regimes import SCAN_RULES

READY = (State.PAID, State.RETURNED)
ENDS = ("returned_at", "ended_at")
NO_TIME = Value("0 seconds", output_field=DurationField())


class _Minute(Func):
    """A moment without its seconds."""

    function = "DATE_TRUNC"
    template = "%(function)s('minute', %(expressions)s)"
    output_field = DateTimeField()


# Populations ------------------------------------------------------------------------------------------


def decided_by(scope: Scope) -> QuerySet[Dossier]:
    """All dossiers that these agencies decide."""
    return Dossier.objects.filter(competent_agency__in=scope.units).order_by()


def there(rows: QuerySet[Dossier], scope: Scope) -> QuerySet[Dossier]:
    """Of these what was received before the end of the period, and not returned or stopped before it began."""
    begins_at = scope.period.begins_at
    not_ended = [Q(**{name: None}) | Q(**{f"{name}__gte": begins_at}) for name in ENDS]
    found = rows.filter(*not_ended, code__isnull=False, received_at__lt=scope.until)
    if scope.is_paged:
        return found
    # The same once more in the words of an index, without which years of dossiers are gone through. But who
    # wants fifty of them would have all looked up by it, and then sorted.
    period = Value(DateTimeTZRange(begins_at, scope.until), output_field=DateTimeRangeField())
    return found.alias(there=THERE).filter(there__overlap=period)


def handled(scope: Scope) -> QuerySet[Dossier]:
    """Received or handled in the period: received before its end, and not at an end before it began.

    Annotates `ended_then`, the end in the sense of R52 as it was known at the end of the period: ready and
    nothing owed (status 9), else returned (10), else stopped (8); what is open has none.
    """
    settled = DossierEvent.objects.filter(
        dossier=OuterRef("pk"), kind=EventKind.SETTLED, at__gte=OuterRef("finished_at"), at__lt=scope.until
    )
    ready = Coalesce(Subquery(settled.order_by("at").values("at")[:1]), "returned_at")
    return (
        there(decided_by(scope), scope)
        .annotate(ended=Case(When(state__in=READY, then=ready), default="ended_at"))
        .annotate(ended_then=Case(When(ended__lt=scope.until, then="ended")))
        .filter(Q(ended_then=None) | Q(ended_then__gte=scope.period.begins_at))
    )


def received(scope: Scope) -> QuerySet[Dossier]:
    """Received in the period, whatever became of them."""
    return decided_by(scope).filter(scope.within("received_at"))


def filed(scope: Scope) -> QuerySet[Dossier]:
    """Received in the period, or filed in it and not received by its end."""
    return (
        decided_by(scope)
        .filter(scope.within("received_at") | scope.within("filed_at"))  # each has its index
        .annotate(came_at=Case(When(received_at__lt=scope.until, then="received_at"), default="filed_at"))
        .filter(scope.within("came_at"))
    )


def moment_of(rows: QuerySet[Dossier]) -> str:
    """By which moment the rows of a population stand in their period, and in a list."""
    return "filed_at" if "came_at" in rows.query.annotations else "received_at"


def with_something_to_pay(scope: Scope) -> QuerySet[Dossier]:
    """Whose processing began in the period, and with a fee that is not 0."""
    begun = DossierEvent.objects.filter(dossier=OuterRef("pk"), kind=EventKind.STARTED)
    fees = DossierFee.objects.filter(dossier=OuterRef("pk"), amount__gt=0)
    return (
        there(decided_by(scope), scope)
        .annotate(begun_at=Subquery(begun.order_by("at").values("at")[:1]))
        .filter(scope.within("begun_at"), Exists(fees))
    )


# On time (R52) ----------------------------------------------------------------------------------------


def on_time(scope: Scope) -> QuerySet[Dossier]:
    """Of what was handled what is on time; the same as `cases.scorecard.on_time.verdict` says of each."""
    found, is_on_time = judged(scope)
    return found.filter(is_on_time)


def judged(scope: Scope) -> tuple[QuerySet[Dossier], Q]:
    """What was handled, and the condition on which it is on time."""
    requests = Supplement.objects.filter(dossier=OuterRef("pk"), asked_at__lt=scope.until).order_by()
    is_open = Q(answered_at=None) | Q(answered_at__gte=scope.until)
    waited = ExpressionWrapper(_Minute("answered_at") - _Minute("asked_at"), output_field=DurationField())
    # What was asked for before the reception stopped no clock, but asking twice is asking twice (R9).
    after_reception = requests.filter(~is_open, before_reception=False)
    appointment = "first_due_at" if scope.edition.appointment == "first" else "due_at"
    found = handled(scope).annotate(
        asked=Coalesce(Subquery(requests.values("dossier").annotate(n=Count("pk")).values("n")), 0),
        open_since=Subquery(requests.filter(is_open).values("asked_at")[:1]),
        waited=Coalesce(
            Subquery(after_reception.values("dossier").annotate(sum=Sum(waited)).values("sum")), NO_TIME
        ),
    )
    once = Q(asked__lte=1)
    if scope.edition.multiple_requests_overdue == "only_while_waiting":
        once |= Q(open_since=None)
    found = found.annotate(
        end_used=Coalesce(
            "ended_then",
            Case(When(asked=1, then="open_since")),
            Value(scope.last_minute, output_field=DateTimeField()),
        ),
    )
    in_time = Q(_at_most(_Minute("end_used") - F("waited"), _Minute(appointment)))
    return found, once & Q(**{f"{appointment}__isnull": False}) & in_time


def _at_most(left, right) -> LessThanOrEqual:
    return LessThanOrEqual(ExpressionWrapper(left, output_field=DateTimeField()), right)


# Conditions -------------------------------------------------------------------------------------------


def with_result_file(scope: Scope) -> Exists:
    """Its result is there as a file."""
    return Exists(
        Document.objects.filter(
            dossier=OuterRef("pk"), source=DocumentSource.RESULT, added_at__lt=scope.until
        )
    )


def papers_digitised(scope: Scope) -> Q:
    """No paper that has to be scanned is without a file; by the rules of the day of reception (R14)."""
    scans = Document.objects.filter(component=OuterRef("pk"), added_at__lt=scope.until)
    lacking = DossierComponent.objects.filter(~Exists(scans), _paper_to_scan(), dossier=OuterRef("pk"))
    return ~Q(Exists(lacking))


def _paper_to_scan() -> Q:
    """That a component came on paper and is not exempt."""
    found = []
    for rule, following in zip(SCAN_RULES, [*SCAN_RULES[1:], None], strict=True):
        of_its_time = Q(provision__in=sorted(ON_PAPER - rule.exemptions))
        if following is not None:
            of_its_time &= Q(dossier__reception_day__lt=following.begins)
        if rule is not SCAN_RULES[0]:
            of_its_time &= Q(dossier__reception_day__gte=rule.begins)
        found.append(of_its_time)
    return reduce(or_, found)


def with_reuse(scope: Scope) -> Exists:
    """At least one component was reused."""
    return Exists(DossierComponent.objects.filter(dossier=OuterRef("pk"), provision=Provision.REUSED))


def with_population_data(scope: Scope) -> Q:
    """At least one component came from the population database, or it vouched for who applies."""
    named = reduce(or_, (Q(electronic_source__icontains=name) for name in parts_naming(System.POPULATION)))
    # Asked for apart, as the planner cannot know how few or many components have such a name.
    components = list(Component.objects.filter(named).values_list("pk", flat=True))
    reused = DossierComponent.objects.filter(component__in=components, provision=Provision.REUSED)
    verified = PopulationLookup.objects.filter(dossier=OuterRef("pk"), outcome=Outcome.FOUND)
    return Exists(reused.filter(dossier=OuterRef("pk"))) | Exists(verified)


def online_payments(scope: Scope) -> QuerySet[Payment]:
    """Payments online by the end of the period that were not wholly paid back by then."""
    back = Payment.objects.filter(reverses=OuterRef("pk"), paid_at__lt=scope.until).order_by()
    paid_back = Coalesce(Subquery(back.values("reverses").annotate(sum=Sum("amount")).values("sum")), 0)
    return (
        Payment.objects.filter(method=PaymentMethod.ONLINE, amount__gt=0, paid_at__lt=scope.until)
        .annotate(kept=F("amount") + paid_back)
        .filter(kept__gt=0)
    )


def payments_online_within(scope: Scope) -> QuerySet[Payment]:
    """Those of the period, for dossiers that these agencies decide."""
    return online_payments(scope).filter(scope.within("paid_at"), dossier__competent_agency__in=scope.units)


def paid_online(scope: Scope) -> Exists:
    return Exists(online_payments(scope).filter(dossier=OuterRef("pk")))


def complaints(scope: Scope) -> Exists:
    """With feedback on how it was handled that was not refused."""
    found = Feedback.objects.filter(
        dossier=OuterRef("pk"), kind=FeedbackKind.HANDLING, sent_at__lt=scope.until
    )
    return Exists(found.exclude(state=FeedbackState.REFUSED))


def undecided_complaints(scope: Scope) -> Exists:
    """With such a complaint of which it was not said by the end of the period whether it was right."""
    found = Feedback.objects.filter(
        Q(verdict="") | Q(ended_at__gte=scope.until),
        dossier=OuterRef("pk"),
        kind=FeedbackKind.HANDLING,
        sent_at__lt=scope.until,
    )
    return Exists(found.exclude(state=FeedbackState.REFUSED))


def upheld_complaints(scope: Scope) -> Exists:
    """With a complaint that was found right by the end of the period."""
    return Exists(
        Feedback.objects.filter(dossier=OuterRef("pk"), verdict=Verdict.UPHELD, ended_at__lt=scope.until)
    )


def complained_of(scope: Scope) -> Q:
    """With such a complaint, or a rating that somebody should look at."""
    dislikes = Rating.objects.low().filter(dossier=OuterRef("pk"), at__lt=scope.until)
    return Q(complaints(scope)) | Q(Exists(dislikes))
