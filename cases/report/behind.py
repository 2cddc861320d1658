"""The list behind each figure of the report: the same question as the figure, not counted but shown."""

import re
from collections.abc import Callable
from functools import partial

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.feedback import Verdict
from cases.report import complaints, delays, lists, ministry, together
from cases.report.measures import LEVELS, MEASURES, services
from cases.scorecard import facts
from cases.scorecard.facts import Counted
from cases.scorecard.scope import Alone, Scope
from procedures.models import Agency, Procedure

GOOD, BAD, ALL = "good", "bad", "all"
_OTHER: dict[str, tuple[str | Promise, Callable[[Scope], QuerySet]]] = {
    "online-paper": (_("Filed online, with a paper brought or shown"), complaints.online_with_paper),
    "boundary-free": (_("Received for another unit"), together.across_boundaries),
    "received-elsewhere": (_("Received for another unit in the period"), together.received_elsewhere),
    "asked-twice": (_("Asked a second time for papers"), complaints.asked_twice),
    "demands": (_("Papers demanded"), lists.demands_of),
    "ratings": (_("Ratings"), lists.ratings_of),
    "alone": (_("Without a substitute"), lists.alone),
    "feedback": (_("Feedback"), lists.feedback_of),
    "contests": (_("Contested entries of the clock"), lists.contests_of),
    "contests-upheld": (
        _("Contested and upheld"),
        lambda scope: lists.contests_of(scope, Verdict.UPHELD),
    ),
    "upheld": (_("Complaints found right"), lists.upheld_of),
    "answers": (_("Answers of other agencies"), together.asked_others),
    "answered-late": (_("Late answers of other agencies"), together.answered_late),
    **{
        f"{ministry.KEY}{name}": (title, partial(ministry.of_column, column=name))
        for name, title in ministry.TITLES.items()
    },
}
# All, or those of one unit (its identifier) or officer (by number).
_LATE = re.compile(r"late(_open)?(?:-unit-(?P<unit>.+)|-officer-(?P<officer>\d{1,18}))?", re.ASCII)
_BY_OFFICER = re.compile(r"(ratings|demands)-officer-(\d{1,18})", re.ASCII)
_MEASURES = {one.key: one for one in MEASURES}
_LEVELS = {f"level-{level or 'unknown'}": level for level in LEVELS}


def behind(key: str, scope: Scope, of: Agency | None = None) -> tuple[str | Promise, QuerySet] | None:
    """Title and rows; `of`: only of this one agency, without what is below it. None for an unknown key."""
    if of is not None:
        scope = Alone(of, scope.period, scope.now, scope.edition, is_paged=scope.is_paged)
    if found := _LATE.fullmatch(key):
        owner = {name: value for name, value in found.groupdict().items() if value}
        title = _("Late dossiers still open") if found[1] else _("Late dossiers")
        return title, delays.listed(scope, only_open=bool(found[1]), **owner)
    if found := _BY_OFFICER.fullmatch(key):
        what, officer = found[1], int(found[2])
        if what == "ratings":
            return _("Ratings"), lists.ratings_by(scope, officer)
        return _("Papers demanded"), lists.demands_of(scope).filter(by=officer)
    if key in _OTHER:
        title, question = _OTHER[key]
        return title, question(scope)
    if key in _LEVELS:
        return _LEVELS[key].label, Procedure.objects.filter(pk__in=services(scope)[_LEVELS[key]])
    name, _mark, which = key.rpartition("-")
    found = _counted(name, scope)
    if found is None or which not in (GOOD, BAD, ALL):
        return None
    title, counted = found
    if which == GOOD:
        return title, counted.numerator
    if which == ALL:
        return title, counted.denominator
    return title, counted.rest


def _counted(name: str, scope: Scope) -> tuple[str | Promise, Counted] | None:
    if name in _MEASURES:
        title, found = _MEASURES[name].name, _MEASURES[name].count(scope)
    elif name in scope.edition.codes:
        title, found = scope.edition.part(name).name, facts.counted(name, scope)
    else:
        return None
    return (title, found) if isinstance(found, Counted) else None
