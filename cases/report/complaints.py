"""What the directives complain of, each as a figure of the own agencies (seed-requirements, section 3)."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from cases.enums import ON_PAPER
from cases.models import Dossier, DossierComponent
from cases.queries import second_requests
from cases.report import lists, rates, together
from cases.report.measures import MEASURES
from cases.report.tables import PERCENT, Figure, Part, Table, number, percent, text
from cases.scorecard import dossiers, facts
from cases.scorecard.facts import Counted
from cases.scorecard.scope import Scope
from cases.scorecard.scores import NoValue
from procedures.enums import Channel
from procedures.late import late_publications


def online(scope: Scope) -> QuerySet[Dossier]:
    return dossiers.filed(scope).filter(channel=Channel.ONLINE)


def online_with_paper(scope: Scope) -> QuerySet[Dossier]:
    """Filed online, and yet something had to be brought or shown on paper."""
    paper = DossierComponent.objects.filter(dossier=OuterRef("pk"), provision__in=sorted(ON_PAPER))
    return online(scope).filter(Exists(paper))


def asked_twice(scope: Scope) -> QuerySet[Dossier]:
    return dossiers.handled(scope).filter(pk__in=second_requests(scope.until).values("dossier"))


def part(scope: Scope) -> Part:
    return Part(
        "shortcomings",
        _("Shortcomings"),
        (
            Table(
                _("What the directives complain of"),
                (
                    text(_("Shortcoming"), 5),
                    text(_("Measured by"), 5),
                    number(_("How many")),
                    number(_("Out of")),
                    PERCENT,
                    text(_("Why there is no figure"), 3),
                ),
                [*_rows(scope)],
            ),
        ),
    )


def _rows(scope: Scope):
    yield (
        _("Not all dossiers are in the system"),
        _("dossiers received outside the system"),
        *_unknown(_("what was never entered cannot be counted")),
    )
    yield _share(scope, _("Little filed and handled online"), "3.3")
    yield _share(scope, "", "full")
    yield _share(scope, _("Little digitised, little reused"), "4.2")
    yield _share(scope, "", "4.3")
    yield _share(scope, _("Few electronic results"), "4.1")
    yield _of(
        _("Electronic filing followed by paper inside"),
        _("filed online, with a paper brought or shown"),
        online_with_paper(scope).count(),
        online(scope).count(),
        "online-paper",
    )
    yield _share(scope, _("Statuses on the portal not kept up"), "sync")
    yield from _publication(scope)
    asked, slow = together.asked_others(scope).count(), together.answered_late(scope).count()
    yield _of(
        _("Poor coordination between agencies"),
        _("answers of other agencies that were late"),
        slow,
        asked,
        "answered-late",
    )
    yield (
        _("Extra papers, harassment"),
        _("papers demanded with a ground"),
        Figure(lists.demands_of(scope).count(), "demands"),
        None,
        None,
        "",
    )
    every = dossiers.handled(scope).count()
    yield _of("", _("asked a second time for papers"), asked_twice(scope).count(), every, "asked-twice")
    yield ("", _("complaints found right"), Figure(lists.upheld_of(scope).count(), "upheld"), None, None, "")
    yield _of(
        _("Reception bound to boundaries"),
        _("received for another unit"),
        together.across_boundaries(scope).count(),
        every,
        "boundary-free",
    )
    yield _share(scope, _("Internal procedures cumbersome and overlapping"), "cut")
    yield _share(scope, _("Delay without an apology in time"), "apology")
    yield (
        _("Desks without a substitute"),
        _("clerks and officers without enough substitutes"),
        Figure(lists.alone(scope).count(), "alone"),
        None,
        None,
        "",
    )


def _publication(scope: Scope):
    first = _("Publication incomplete and late")
    if not scope.is_province:
        yield first, _("procedures published in full"), *_unknown(NoValue.OTHER_LEVEL.label)
        return
    found = facts.counted("1.3", scope)
    fact = found.fact if isinstance(found, Counted) else None
    yield (
        first,
        _("procedures published in full"),
        fact and Figure(fact.numerator, "1.3-good"),
        fact and Figure(fact.denominator, "1.3-all"),
        fact and percent(fact.numerator, fact.denominator),
        "" if fact and fact.denominator else NoValue.NOTHING.label,
    )
    yield "", _("publications that were late"), len(late_publications(scope.day)), None, None, ""


def _share(scope: Scope, shortcoming: str, key: str) -> tuple:
    """A rate of the report, once more beside its shortcoming."""
    measure = next(one for one in MEASURES if one.key == key)
    found = measure.count(scope)
    if isinstance(found, NoValue):
        return shortcoming, measure.name, *_unknown(found.label)
    fact = found.fact
    return (
        shortcoming,
        measure.name,
        *rates.figures(measure, fact),
        percent(fact.numerator, fact.denominator),
        "" if fact.denominator else NoValue.NOTHING.label,
    )


def _of(shortcoming: str, measured: str, good: int, every: int, behind: str) -> tuple:
    reason = "" if every else NoValue.NOTHING.label
    return shortcoming, measured, Figure(good, behind), every, percent(good, every), reason


def _unknown(reason) -> tuple:
    return None, None, None, reason
