"""Filters of the dossier list; each is one question to the facts."""

from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enums import State
from cases.queries import filings_to_answer, second_requests
from onestop import access
from onestop.admin import DropdownFilter
from procedures.calendars import calendar_for
from procedures.models import ProcedureVersion


class StateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return State.choices

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset


class AgencyFilter(DropdownFilter):
    """Receiving or competent agency; only those that the person may see."""

    title = _("agency")
    parameter_name = "agency"

    def lookups(self, request, model_admin):
        return [(agency.identifier, str(agency)) for agency in access.agencies_of(request.user)]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(
            Q(receiving_desk__identifier=self.value()) | Q(competent_agency__identifier=self.value())
        )


class FieldFilter(DropdownFilter):
    title = _("field")
    parameter_name = "field"

    def lookups(self, request, model_admin):
        fields = ProcedureVersion.objects.order_by("field_vi").values_list("field_vi", flat=True).distinct()
        return [(name, name) for name in fields]

    def queryset(self, request, queryset):
        return queryset.filter(version__field_vi=self.value()) if self.value() else queryset


class DueFilter(DropdownFilter):
    """Overdue, or due on one of the next working days of the person's own agency."""

    title = _("due date")
    parameter_name = "due"
    DAYS_AHEAD = {"today": 0, "tomorrow": 1, "in_two_days": 2}

    def lookups(self, request, model_admin):
        return [
            ("overdue", _("Overdue")),
            ("today", _("Due today")),
            ("tomorrow", _("Due on the next working day")),
            ("in_two_days", _("Due in two working days")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "overdue":
            return queryset.overdue()
        if self.value() not in self.DAYS_AHEAD:
            return queryset
        return due_on_working_day(queryset, request.user.agency, self.DAYS_AHEAD[self.value()])


def due_on_working_day(queryset, agency, days_ahead: int):
    """Running dossiers not yet overdue whose due moment lies on that working day of the agency, 0 = today."""
    today = timezone.localdate()
    day = calendar_for(agency).working_day_after(today, days_ahead) if days_ahead else today
    start = datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
    end = start + timedelta(days=1, microseconds=-1)
    return queryset.due_between(max(start, timezone.now()), end)


class AnswerFilter(DropdownFilter):
    """Filings that wait for the desk (R10)."""

    title = _("answer")
    parameter_name = "answer"
    VALUES = ("waiting", "late")

    def lookups(self, request, model_admin):
        return [("waiting", _("To be answered")), ("late", _("Answer is late"))]

    def queryset(self, request, queryset):
        if self.value() not in self.VALUES:
            return queryset
        # The order is the list's own, see `DossierAdmin.get_ordering`.
        return filings_to_answer(queryset, late=self.value() == "late")


class AskedTwiceFilter(DropdownFilter):
    title = _("supplements")
    parameter_name = "asked"

    def lookups(self, request, model_admin):
        return [("twice", _("Asked twice"))]

    def queryset(self, request, queryset):
        if self.value() != "twice":
            return queryset
        return queryset.filter(pk__in=second_requests().values("dossier"))


class HolderFilter(DropdownFilter):
    title = _("holder")
    parameter_name = "holder"

    def lookups(self, request, model_admin):
        return [("me", _("Me")), ("nobody", _("Nobody yet"))]

    def queryset(self, request, queryset):
        match self.value():
            case "me":
                return queryset.open().filter(holder=request.user)
            case "nobody":
                return queryset.open().filter(holder=None)
        return queryset


class ReceivedFilter(DropdownFilter):
    title = _("day of reception")
    parameter_name = "received"

    def lookups(self, request, model_admin):
        return [("today", _("Received today"))]

    def queryset(self, request, queryset):
        return received_today(queryset) if self.value() == "today" else queryset


def received_today(queryset):
    start = datetime.combine(timezone.localdate(), time.min, tzinfo=timezone.get_default_timezone())
    return queryset.filter(received_at__gte=start, received_at__lt=start + timedelta(days=1))


class TransferFilter(DropdownFilter):
    """What left the desk later than the law allows, or lies there beyond it (R16)."""

    title = _("transfer")
    parameter_name = "transfer"

    def lookups(self, request, model_admin):
        return [("late", _("Late transfer"))]

    def queryset(self, request, queryset):
        return queryset.late_transfer() if self.value() == "late" else queryset
