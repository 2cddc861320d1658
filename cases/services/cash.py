"""The day-end cash report (bảng kê thu cuối ngày): what one clerk took at one desk since the last one; VND."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.enums import PaymentMethod
from cases.models import CashReport, Payment
from cases.queries import unreported_payments
from cases.services.base import fitting_text
from notifications.vietnamese import dong
from procedures.models import Agency

MOST_DONG = 10**15


@transaction.atomic
def close_cash(*, by, desk: Agency, counted: int, note: str = "", seen: int | None = None) -> CashReport:
    """Close the cash of the person at the desk; the report claims every payment that no report has yet.

    `counted` is the cash in the drawer beyond the float: what was taken in cash less what was paid back. When
    it is not what the entries say, the note explains why. A payment taken meanwhile goes into the next
    report, so reports and open payments always add up. Numbered by desk and year without a gap. `seen` is
    the newest entry that was shown when the cash was counted; None: not asked.

    Raises `NotPermitted`, `NotPossibleNow` (nothing to close), `ChangedMeanwhile` and `Invalid`; then nothing
    was changed.
    """
    payments = unreported_payments(by, desk)
    if not rules.is_clerk_of(by, desk) and not payments.exists():
        # Who has left the desk since still accounts for what they took there.
        raise errors.NotPermitted(_("Only who takes money at %(desk)s closes its cash.") % {"desk": desk})
    if isinstance(counted, bool) or not isinstance(counted, int) or abs(counted) > MOST_DONG:
        raise errors.Invalid(_("Enter the counted cash as a whole amount in VND."), field="counted")
    note = fitting_text(note, field="note", model=CashReport)
    # The desk's row: of two reports at one desk one waits, so that numbers have no gap.
    Agency.objects.select_for_update(no_key=True).get(pk=desk.pk)
    claimed = list(payments.select_for_update(of=("self",)).order_by("pk"))
    if not claimed:
        raise errors.NotPossibleNow(
            _("There is nothing to close: no money was taken or paid back since your last report."),
            code="nothing_to_close",
        )
    if seen is not None and (newer := [entry.receipt_number for entry in claimed if entry.pk > seen]):
        raise errors.ChangedMeanwhile(
            _(
                "Nothing was closed yet, because money was taken or paid back while this page was open: "
                "%(receipts)s. Count the cash again, then close."
            )
            % {"receipts": ", ".join(newer)}
        )
    expected = sum(entry.amount for entry in claimed if entry.method == PaymentMethod.CASH)
    if counted != expected and not note:
        raise errors.Invalid(
            _(
                "%(counted)s were counted, by the entries there should be %(expected)s. Explain the difference."
            )
            % {"counted": dong(counted), "expected": dong(expected)},
            code="difference_unexplained",
            field="note",
        )
    now = timezone.now()
    report = CashReport.objects.create(
        clerk=by,
        desk=desk,
        number=_next_number(desk, timezone.localdate(now).year),
        closed_at=now,
        expected_cash=expected,
        counted_cash=counted,
        note=note,
    )
    Payment.objects.filter(pk__in=[entry.pk for entry in claimed]).update(cash_report=report)
    return report


def _next_number(desk: Agency, year: int) -> str:
    """Such as `H41.12/2026/BK-0001`; reports are never deleted, so their count is the last number."""
    number = CashReport.objects.filter(desk=desk, closed_at__year=year).count() + 1
    return f"{desk.identifier}/{year}/BK-{number:04d}"
