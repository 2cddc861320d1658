"""Month tables for the ministry level: what came, was settled and is open, by field and by agency.

Columns are those of form II.06a of Circular 01/2020/TT-VPCP [recalled], so their titles are texts like all others. What
counts as settled, on time and late follows R52, as in the scorecard; so in each row what came is what was settled and
what is open. Early is settled before the day of the appointment.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Dossier
from cases.report.tables import Column, Figure, Part, Table, number, text
from cases.scorecard import dossiers
from cases.scorecard.scope import Scope
from procedures.enums import Channel
from procedures.working_time import TZ

BEFORE, ONLINE, PAPER = "before", "online", "paper"
EARLY, ON_TIME, LATE = "early", "on-time", "late"
OPEN, OPEN_LATE = "open", "open-late"
CAME, SETTLED, RUNNING = (BEFORE, ONLINE, PAPER), (EARLY, ON_TIME, LATE), (OPEN, OPEN_LATE)
TITLES: dict[str, str | Promise] = {
    BEFORE: gettext_lazy("Carried over from the period before"),
    ONLINE: gettext_lazy("Received online in the period"),
    PAPER: gettext_lazy("Received at the desk or by post in the period"),
    EARLY: gettext_lazy("Settled early"),
    ON_TIME: gettext_lazy("Settled on time"),
    LATE: gettext_lazy("Settled late"),
    OPEN: gettext_lazy("In process, in time"),
    OPEN_LATE: gettext_lazy("In process, late"),
}
KEY = "ministry-"  # the lists behind the figures begin with it


def of_column(scope: Scope, column: str) -> QuerySet[Dossier]:
    """The dossiers that a column counts."""
    found, conditions = _judged(scope)
    return found.filter(conditions[column])


def _judged(scope: Scope) -> tuple[QuerySet[Dossier], Mapping[str, Q]]:
    """What was received or handled, and the condition of each column."""
    found, in_time = dossiers.judged(scope)
    appointment = "first_due_at" if scope.edition.appointment == "first" else "due_at"
    # A comparison with something that is not known is neither true nor false; counted as late it is.
    found = found.annotate(
        is_in_time=Case(When(in_time, then=True), default=False),
        ended_on=TruncDate(F("end_used") - F("waited"), tzinfo=TZ),
        due_on=TruncDate(appointment, tzinfo=TZ),
    )
    is_new, is_settled = Q(received_at__gte=scope.period.begins_at), Q(ended_then__isnull=False)
    good, online, before_the_day = Q(is_in_time=True), Q(channel=Channel.ONLINE), Q(ended_on__lt=F("due_on"))
    return found, {
        BEFORE: ~is_new,
        ONLINE: is_new & online,
        PAPER: is_new & ~online,
        EARLY: is_settled & good & before_the_day,
        ON_TIME: is_settled & good & ~before_the_day,
        LATE: is_settled & ~good,
        OPEN: ~is_settled & good,
        OPEN_LATE: ~is_settled & ~good,
    }


def part(scope: Scope) -> Part:
    found, conditions = _judged(scope)
    by_field: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(TITLES, 0))
    by_agency: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(TITLES, 0))
    counts = {name.replace("-", "_"): Count("pk", filter=condition) for name, condition in conditions.items()}
    groups = found.order_by().values("competent_agency", "version__field_vi").annotate(**counts)
    for group in groups:
        for name in TITLES:
            by_field[group["version__field_vi"]][name] += group[name.replace("-", "_")]
            by_agency[group["competent_agency"]][name] += group[name.replace("-", "_")]
    fields = [(field, *_figures(row)) for field, row in sorted(by_field.items())]
    agencies = [
        (agency.name, *_figures(by_agency[agency.pk], of=agency.identifier))
        for agency in scope.agencies
        if agency.is_active or agency.pk in by_agency
    ]
    together = {name: sum(row[name] for row in by_field.values()) for name in TITLES}
    sum_of_all = (_("Together"), *_figures(together, of=None))
    note = _(
        "Settled is when the result is ready and nothing is owed. Dossiers that were settled and those in process "
        "are together those that came. In time is what the scorecard counts as on time."
    )
    return Part(
        "ministry",
        _("Tables for the ministry"),
        (
            Table(_("Settlement by field"), _columns(_("Field")), [*fields, sum_of_all], note=note),
            Table(_("Settlement by agency"), _columns(_("Agency")), [*agencies, sum_of_all], note=note),
        ),
    )


def _columns(first: str) -> tuple[Column, ...]:
    titles = (
        _("Came, all"),
        *(TITLES[name] for name in CAME),
        _("Settled, all"),
        *(TITLES[name] for name in SETTLED),
        _("In process, all"),
        *(TITLES[name] for name in RUNNING),
    )
    return (text(first, 4), *(number(title) for title in titles))


def _figures(row: Mapping[str, int], of: str | None = "") -> Iterable[int | Figure]:
    """Sums and their parts; `of`: the agency whose lists open, None those of all, empty where none do."""
    for group in (CAME, SETTLED, RUNNING):
        yield sum(row[name] for name in group)
        for name in group:
            yield row[name] if of == "" else Figure(row[name], f"{KEY}{name}", of or "")
