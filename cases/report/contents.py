"""The contents of the report, in order; the same on screen, in Excel and on paper."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.report import complaints, late, lists, rates
from cases.report.tables import Part, Table, number, text
from cases.scorecard import facts
from cases.scorecard.scope import Scope
from procedures.calendars import remembered_calendars


def scorecard(scope: Scope) -> Part:
    """The points of the agency with everything below it (R51)."""
    card = facts.card_of(scope)
    groups = [(group.group.name, group.points, group.group.maximum) for group in card.groups]
    return Part(
        "scorecard",
        _("Scorecard"),
        (
            Table(
                _("Points by group of indicators"),
                (text(_("Group"), 5), number(_("Points")), number(_("At most"))),
                [*groups, (_("Total"), card.total, card.edition.maximum)],
                note=_("%(measured)s of %(maximum)s points could be measured.")
                % {"measured": card.measured, "maximum": card.edition.maximum},
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    title: str | Promise
    make: Callable[[Scope], Part]


CONTENTS = {
    entry.key: entry
    for entry in (
        Entry("late", gettext_lazy("Delays"), late.part),
        Entry("rates", gettext_lazy("Rates and targets"), rates.part),
        Entry("shortcomings", gettext_lazy("Shortcomings"), complaints.part),
        Entry("scorecard", gettext_lazy("Scorecard"), scorecard),
        Entry("publication", gettext_lazy("Publication"), lists.publication),
        Entry("demands", gettext_lazy("Papers demanded"), lists.demands),
        Entry("desks", gettext_lazy("Secondments and substitutes"), lists.desks),
        Entry("satisfaction", gettext_lazy("Satisfaction"), lists.satisfaction),
        Entry("feedback", gettext_lazy("Feedback"), lists.feedback),
        Entry("plans", gettext_lazy("Reform plans"), lists.plans),
    )
}


def parts_of(scope: Scope, keys: Iterable[str] = tuple(CONTENTS)) -> Iterator[Part]:
    """These parts, each counted when it is asked for."""
    for key in keys:
        with remembered_calendars():
            part = CONTENTS[key].make(scope)
        yield part
