"""What cases ask of the installation: its calendar with the hours of their office, its catalogue of fees."""

from datetime import date

from django.utils.translation import gettext as _

from cases.law.files import Inputs
from procedures.calendars import calendar_for
from procedures.models import CalendarDay, FeeLine, ProcedureVersion
from procedures.working_time import WorkCalendar


class NotLoaded(Exception):
    """The installation has no calendar or no catalogue to answer with."""


class NotInCatalogue(ValueError):
    """No version of the procedure is in force on the day."""


class Installation:
    """Reads the database on the first question that needs it: cases on codes need none of it."""

    def __init__(self):
        self._country: WorkCalendar | None = None
        self._keys: set[str] = set()

    def calendar(self, inputs: Inputs) -> WorkCalendar:
        """The calendar of the country with the hours of the case, without the days that it switches off."""
        if self._country is None:
            self._country = calendar_for(None)
            if not self._country.days:
                raise NotLoaded(_("No calendar is loaded; run “manage.py load_catalogue” first."))
            self._keys = set(CalendarDay.objects.exclude(key="").values_list("key", flat=True))
        without = inputs.texts("calendar_without")
        for key in without:
            if key not in self._keys:
                raise inputs.bad("calendar_without", _("the calendar has no day “%(key)s”") % {"key": key})
        calendar = self._country.with_hours(inputs.office())
        return calendar.without(without) if without else calendar

    def fee_lines(self, code: str, day: date) -> list[FeeLine]:
        """The fee lines of the version of a procedure in force on a day. Raises NotInCatalogue."""
        version = ProcedureVersion.objects.in_force_on(day).filter(procedure__code=code).first()
        if version is None:
            if not ProcedureVersion.objects.exists():
                raise NotLoaded(_("No procedure is loaded; run “manage.py load_catalogue” first."))
            raise NotInCatalogue(
                _("no version of procedure %(code)s is in force on %(day)s")
                % {"code": code, "day": f"{day:%d/%m/%Y}"}
            )
        return list(version.fees.all())
