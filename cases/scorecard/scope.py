"""Of whom and of which time something is counted."""

from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.archive.reading import closed_through
from cases.scorecard.editions import Edition
from cases.scorecard.periods import Period, PeriodRefused
from procedures.enums import AgencyKind
from procedures.figures import Authority, Catalogue
from procedures.models import Agency
from procedures.working_time import minute_of

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Scope:
    """An agency with everything below it, in a period; of a period that is not over what there is by `now`.

    `is_paged`: the dossiers are shown a page at a time, the last received first, and not counted; then they
    are best found in that order.

    Raises PeriodRefused for one that has not begun.
    """

    agency: Agency
    period: Period
    now: datetime
    edition: Edition
    _: KW_ONLY
    is_paged: bool = False

    def __post_init__(self):
        if self.now < self.period.begins_at:
            raise PeriodRefused(
                _("The period from %(first)s has not begun yet.") % {"first": f"{self.period.first:%d/%m/%Y}"}
            )

    @property
    def is_over(self) -> bool:
        return self.period.is_over(self.now)

    @property
    def last_minute(self) -> datetime:
        """What is open is compared with this: the last minute of the period, or the minute that it is now."""
        return min(self.period.last_minute, minute_of(self.now))

    @property
    def until(self) -> datetime:
        """What happened before this is seen."""
        return self.last_minute + MINUTE

    @property
    def day(self) -> date:
        """The last day that is counted."""
        return self.last_minute.date()

    @cached_property
    def agencies(self) -> list[Agency]:
        return list(Agency.objects.below(self.agency))

    @cached_property
    def units(self) -> list[int]:
        return [agency.pk for agency in self.agencies]

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.day)

    @cached_property
    def authority(self) -> Authority:
        return Authority([agency for agency in self.agencies if agency.is_active], self.catalogue)

    @cached_property
    def is_archived(self) -> bool:
        """That dossiers of the period are in the archive: what is not rolled up cannot be counted any more."""
        closed = closed_through()
        return closed is not None and self.period.first <= closed

    @property
    def is_province(self) -> bool:
        """Publication is one figure for the whole province."""
        return self.agency.kind == AgencyKind.PROVINCE

    def within(self, field: str) -> Q:
        """That this moment lies in the period."""
        return Q(**{f"{field}__gte": self.period.begins_at, f"{field}__lt": self.until})


class Alone(Scope):
    """One agency without what is below it."""

    @cached_property
    def agencies(self) -> list[Agency]:
        return [self.agency]
