"""The cash of the desks, closed at the end of each day (bảng kê thu cuối ngày)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import Q, Sum

from cases import services
from cases.demo.plan import WORKING_DAYS
from cases.enums import PaymentMethod
from cases.models import Payment
from procedures.models import Agency, Staff
from procedures.working_time import TZ, WorkCalendar

CLOSES_AT = time(17, 15)


class Drawers:
    """Told like a life: every evening each clerk closes what they took; the newest day is left to be closed."""

    def __init__(self, calendar: WorkCalendar, now: datetime):
        self.calendar, self.today = calendar, now.astimezone(TZ).date()

    def live(self) -> Iterator[datetime]:
        newest = self.calendar.previous_working_day(self.today + timedelta(days=1))
        day = self.calendar.working_day_before(newest, WORKING_DAYS)
        while day < newest:
            yield datetime.combine(day, CLOSES_AT, TZ)
            self._close()
            day = self.calendar.next_working_day(day)

    def _close(self) -> None:
        """Every drawer holds what its entries say; what came online or by post lies in none."""
        drawers = Payment.objects.filter(cash_report=None, taken_by__isnull=False).values_list(
            "taken_by", "dossier__receiving_desk"
        )
        in_cash = Sum("amount", filter=Q(method=PaymentMethod.CASH), default=0)
        for clerk, desk, counted in drawers.annotate(cash=in_cash).order_by(
            "taken_by", "dossier__receiving_desk"
        ):
            services.close_cash(
                by=Staff.objects.get(pk=clerk), desk=Agency.objects.get(pk=desk), counted=int(counted)
            )
