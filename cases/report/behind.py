"""The list behind each figure of the report: the same question as the figure, not counted but shown."""

from collections.abc import Callable
from functools import cached_property

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.feedback import Verdict
from cases.report import complaints, late, lists, rates
from cases.scorecard import facts
from cases.scorecard.facts import Counted
from cases.scorecard.scope import Scope
from procedures.models import Agency, Procedure

GOOD, BAD, ALL = "good", "bad", "all"
_OTHER: dict[str, tuple[str | Promise, Callable[[Scope], QuerySet]]] = {
    "late": (_("Late dossiers"), late.late_dossiers),
    "late_open": (_("Late dossiers still open"), late.still_open),
    "online-paper": (_("Filed online, with a paper brought or shown"), complaints.online_with_paper),
    "boundary-free": (_("Received for another unit"), complaints.across_boundaries),
    "asked-twice": (_("Asked a second time for papers"), complaints.asked_twice),
    "apologised": (_("Late dossiers with an apology before the due moment"), complaints.apologised),
    "demands": (_("Papers demanded"), lists.demands_of),
    "ratings": (_("Ratings"), lists.ratings_of),
    "feedback": (_("Feedback"), lists.feedback_of),
    "contests": (_("Contested entries of the clock"), lists.contests_of),
    "contests-upheld": (
        _("Contested and upheld"),
        lambda scope: lists.contests_of(scope, Verdict.UPHELD),
    ),
    "upheld": (_("Complaints found right"), lists.upheld_of),
    "answered-late": (_("Late answers of other agencies"), lists.answered_late),
}
_MEASURES = {one.key: one for one in rates.MEASURES}
_LEVELS = {f"level-{level or 'unknown'}": level for level in rates.LEVELS}


class _Alone(Scope):
    """One agency without what is below it."""

    @cached_property
    def agencies(self) -> list[Agency]:
        return [self.agency]


def behind(key: str, scope: Scope, of: Agency | None = None) -> tuple[str | Promise, QuerySet] | None:
    """Title and rows; `of`: only of this one agency, without what is below it. None for an unknown key."""
    if of is not None:
        scope = _Alone(of, scope.period, scope.now, scope.edition)
    if key in _OTHER:
        title, question = _OTHER[key]
        return title, question(scope)
    if key in _LEVELS:
        return _LEVELS[key].label, Procedure.objects.filter(pk__in=rates.services(scope)[_LEVELS[key]])
    name, _mark, which = key.rpartition("-")
    found = _counted(name, scope)
    if found is None or which not in (GOOD, BAD, ALL):
        return None
    title, counted = found
    if which == GOOD:
        return title, counted.numerator
    if which == ALL:
        return title, counted.denominator
    return title, counted.denominator.exclude(pk__in=counted.numerator.order_by().values("pk"))


def _counted(name: str, scope: Scope) -> tuple[str | Promise, Counted] | None:
    if name == "1.3":
        title, found = scope.edition.part("1.3").name, facts.counted("1.3", scope)
    elif name in _MEASURES:
        title, found = _MEASURES[name].name, _MEASURES[name].count(scope)
    else:
        return None
    return (title, found) if isinstance(found, Counted) else None
