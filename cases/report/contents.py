"""The contents of the report, in order; the same on screen, in Excel and on paper."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from cases.report import complaints, delays, lists, ministry, points, rates, together
from cases.report.tables import Part
from cases.scorecard.scope import Scope
from procedures.calendars import remembered_calendars


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    title: str | Promise
    make: Callable[[Scope], Part]


CONTENTS = {
    entry.key: entry
    for entry in (
        Entry("late", gettext_lazy("Delays"), delays.part),
        Entry("rates", gettext_lazy("Rates and targets"), rates.part),
        Entry("ministry", gettext_lazy("Tables for the ministry"), ministry.part),
        Entry("shortcomings", gettext_lazy("Shortcomings"), complaints.part),
        Entry("scorecard", gettext_lazy("Scorecard"), points.part),
        Entry("publication", gettext_lazy("Publication"), lists.publication),
        Entry("demands", gettext_lazy("Papers demanded"), lists.demands),
        Entry("together", gettext_lazy("Working together"), together.part),
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
