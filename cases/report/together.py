"""How agencies work together: answers to each other, and dossiers received for another unit (R15, R20)."""

from collections import defaultdict

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.desk_figures import arrivals
from cases.models import Consultation, Dossier
from cases.report.tables import Figure, Part, Table, number, percent, text
from cases.scorecard import dossiers
from cases.scorecard.scope import Scope
from cases.scorecard.scores import half_up


def asked_others(scope: Scope) -> QuerySet[Consultation]:
    """What these agencies asked of others, or were asked, whose answer was due in the period (R20)."""
    return Consultation.objects.filter(
        Q(agency__in=scope.units) | Q(dossier__competent_agency__in=scope.units), scope.within("due_at")
    )


def answered_late(scope: Scope) -> QuerySet[Consultation]:
    """Answered after the minute that was due, or not yet at the end of the period."""
    minute_late = [one.pk for one in asked_others(scope) if _is_late(one, scope)]
    return Consultation.objects.filter(pk__in=minute_late)


def _is_late(one: Consultation, scope: Scope) -> bool:
    done = one.answered_at if one.answered_at and one.answered_at < scope.until else scope.last_minute
    return done.replace(second=0, microsecond=0) > one.due_at.replace(second=0, microsecond=0)


def across_boundaries(scope: Scope) -> QuerySet[Dossier]:
    return dossiers.handled(scope).boundary_free()


def received_elsewhere(scope: Scope) -> QuerySet[Dossier]:
    """Received in the period by a desk of another unit."""
    return dossiers.decided_by(scope).boundary_free().filter(scope.within("received_at"), code__isnull=False)


def part(scope: Scope) -> Part:
    return Part("together", _("Working together"), (_answers(scope), _boundary_free(scope)))


def _answers(scope: Scope) -> Table:
    """By the agency that was asked, with its own deadline each; an interlinked part is one too."""
    asked = list(asked_others(scope).select_related("agency"))
    by_agency = defaultdict(list)
    for one in asked:
        by_agency[one.agency].append(_is_late(one, scope))
    rows = [
        (str(agency), len(found), sum(found), percent(len(found) - sum(found), len(found)))
        for agency, found in sorted(by_agency.items(), key=lambda pair: (-sum(pair[1]), pair[0].identifier))
    ]
    slow = sum(_is_late(one, scope) for one in asked)
    together = (
        _("Together"),
        Figure(len(asked), "answers"),
        Figure(slow, "answered-late"),
        percent(len(asked) - slow, len(asked)),
    )
    return Table(
        _("Answers of consulted and interlinked agencies"),
        (text(_("Agency"), 5), number(_("Asked")), number(_("Late")), number(_("On time, %"))),
        [*rows, together],
        note=_(
            "Those whose answer was due in the period; one that has not come is late after its due moment."
        ),
    )


def _boundary_free(scope: Scope) -> Table:
    """What a desk received in the period for these agencies, and how it came to them."""
    found = arrivals(dossiers.decided_by(scope), scope.period.first, scope.day, scope.last_minute)
    average = None if found.average is None else half_up(found.average.total_seconds() / 3600)
    return Table(
        _("Boundary-free reception"),
        (text(_("What"), 5), number(_("How many"))),
        [
            (_("Received for another unit in the period"), Figure(found.received, "received-elsewhere")),
            (_("Arrived at the competent agency"), found.arrived),
            (_("Arrived late, or on the way after the hour of hand-over"), found.late),
            (_("Average from reception to arrival, hours"), average),
        ],
    )
