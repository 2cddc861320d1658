"""Where procedures are received and when (nơi tiếp nhận): desks with their addresses and hours, in two queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from procedures import regimes
from procedures.calendars import hours_of, sessions_of
from procedures.enums import AgencyKind, Level
from procedures.models import Agency, ProcedureVersion
from procedures.office_hours import OfficeHours, Session
from procedures.services.competence import decides


@dataclass(frozen=True, slots=True)
class Desk:
    """One reception desk as everybody may know it."""

    agency: Agency
    hours: OfficeHours

    @property
    def opening(self) -> list[str]:
        """One line for the working days, one for a Saturday on which the desk receives."""
        lines = [_("Monday to Friday: %(times)s") % {"times": _times(self.hours.weekday)}]
        if self.hours.saturday:
            lines.append(_("Saturday: %(times)s") % {"times": _times(self.hours.saturday)})
        return lines


class Desks:
    """All desks at once; agencies and hours are read when first asked for."""

    @cached_property
    def _agencies(self) -> dict[int, Agency]:
        return {agency.pk: agency for agency in Agency.objects.without_tree_fields().filter(is_active=True)}

    @cached_property
    def all(self) -> list[Desk]:
        """Every active desk, by identifier."""
        sessions = sessions_of(self._agencies)
        return [
            Desk(agency, hours_of(self._line(agency), sessions))
            for agency in sorted(self._agencies.values(), key=lambda agency: agency.identifier)
            if agency.is_reception_desk
        ]

    def _line(self, agency: Agency) -> list[Agency]:
        """From the top down to the agency itself."""
        line, seen = [], set()
        while agency and agency.pk not in seen:
            line.append(agency)
            seen.add(agency.pk)
            agency = self._agencies.get(agency.parent_id)
        return line[::-1]

    def of(self, version: ProcedureVersion) -> list[Desk]:
        """The desks that receive the procedure as their own."""
        return [desk for desk in self.all if self.receives(desk.agency, version)]

    def receives(self, desk: Agency, version: ProcedureVersion) -> bool:
        """Whether it is this desk's own: those of other agencies are received free of boundaries (R15).

        A commune's desk has what the commune decides; a centre what the departments of its province decide;
        the desk of any other agency what that one decides.
        """
        if version.received_outside_desk:
            return False
        if version.level == Level.COMMUNE or desk.kind not in {AgencyKind.CENTRE, AgencyKind.PROVINCE}:
            return decides(desk, version)
        if version.level != Level.PROVINCE:
            return False
        top = self._line(desk)[0]
        return any(
            decides(agency, version)
            for agency in self._agencies.values()
            if agency.kind == AgencyKind.DEPARTMENT and self._line(agency)[0] == top
        )


def received_anywhere(version: ProcedureVersion, day: date) -> str:
    """Where else it is received by the mechanism of the day: the words for it, empty for nowhere (R15)."""
    mechanism = regimes.mechanism_on(day)
    if mechanism is None or not mechanism.boundary_free or version.received_outside_desk:
        return ""
    return _(
        "Every other one-stop desk of the province receives it too; the time limit then counts from the moment"
        " at which the deciding agency gets the dossier."
    )


def _times(sessions: Iterable[Session]) -> str:
    return ", ".join(f"{session.opens:%H:%M}–{session.closes:%H:%M}" for session in sessions)
