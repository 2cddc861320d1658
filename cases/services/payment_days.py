"""Comparing a day of the platform's statement with our books (đối soát ngày), and what becomes of differences; VND."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.payment import LineKind, StandingKind, StatementLine, statement
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import OnlinePayment, OnlineRefund, PaymentDay, PaymentDifference
from cases.payment_enums import WITH_MONEY, DifferenceKind, NoticeSource
from cases.services.base import fitting_text, required_text
from cases.services.online_refunds import finish
from cases.services.payment_platform import asking, is_connected, may_settle, platform
from cases.services.payment_taking import Said, take
from onestop import access
from onestop.outside import OutsideError
from procedures.working_time import TZ

DAYS_BACK = 7  # a missed night is made good so long
WHOLE_SECONDS = 15  # for the statement, while somebody looks at the page; at night it may take its time
COMPARED_AGAIN = 3  # days with open differences are compared again so long


@dataclass(frozen=True, slots=True)
class Found:
    """One difference; `here` and `there` in VND, None where there is nothing."""

    kind: DifferenceKind
    number: str
    transaction: str = ""
    here: int | None = None
    there: int | None = None


def compare_due(now: datetime | None = None) -> int:
    """Compare yesterday, what was missed in the last week, and the last days with open differences; returns how many.

    While the platform is away the run ends; the next night makes it good.
    """
    if not is_connected():
        return 0
    today = timezone.localdate(now)
    days = [today - timedelta(days=back) for back in range(DAYS_BACK, 0, -1)]
    compared = {one.day for one in PaymentDay.objects.filter(day__in=days) if one.is_whole}
    open_days = set(
        PaymentDifference.objects.filter(
            settled_at=None, day__gte=today - timedelta(days=COMPARED_AGAIN)
        ).values_list("day_id", flat=True)
    )
    count = 0
    for day in days:
        if day in compared and day not in open_days:
            continue
        try:
            compare(day)
        except OutsideError:
            break
        count += 1
    return count


def compare_now(day: date, *, by) -> PaymentDay:
    """The same for one day at once. Raises `NotPermitted`, `NotPossibleNow`, `OutsideError`."""
    if not access.settles_online_payments(by):
        raise _not_yours()
    if not is_connected():
        raise NotPossibleNow(_("No payment platform is configured."))
    if day > timezone.localdate():
        raise NotPossibleNow(_("This day is still to come."))
    return compare(day, whole_seconds=WHOLE_SECONDS)


def compare(day: date, *, whole_seconds: float | None = None) -> PaymentDay:
    """Fetch the statement of that day (Asia/Ho_Chi_Minh), enter what we missed, keep what differs. No transaction
    is open while the platform is asked. Raises `OutsideError`; then nothing was changed.
    """
    with asking():
        lines = list(statement(platform(), day, whole_seconds=whole_seconds))
    payments = [line for line in lines if line.kind == LineKind.PAYMENT]
    refunds = [line for line in lines if line.kind == LineKind.REFUND]
    repaired: list[str] = []
    found = [*_payments(day, payments, repaired), *_refunds(day, refunds, repaired)]
    return _keep(day, payments, found, len(repaired))


def settle_difference(difference_pk: int, *, by, note: str) -> PaymentDifference:
    """Say what became of a difference. Raises `NotPermitted`, `NotPossibleNow`, `Invalid`."""
    found = PaymentDifference.objects.get(pk=difference_pk)
    if not may_settle(by, order_of(found)):
        raise _not_yours()
    note = required_text(note, field="note", sentence=_("Say what became of the difference."))
    note = fitting_text(note, field="note", model=PaymentDifference)
    changed = PaymentDifference.objects.filter(pk=difference_pk, settled_at=None).update(
        settled_at=timezone.now(), settled_by=by, note=note
    )
    if not changed:
        raise NotPossibleNow(_("This difference is settled already."))
    return PaymentDifference.objects.get(pk=difference_pk)


def order_of(difference: PaymentDifference) -> OnlinePayment | None:
    """The order that a difference is about, also by one of its refunds; None when it is not ours."""
    found = OnlinePayment.objects.filter(
        Q(order_number=difference.number) | Q(refunds__refund_number=difference.number)
    )
    return found.select_related("dossier__receiving_desk").first()


def _payments(day: date, lines: list[StatementLine], repaired: list[str]) -> Iterator[Found]:
    numbers = [line.number for line in lines]
    orders = {one.order_number: one for one in OnlinePayment.objects.filter(order_number__in=numbers)}
    for line in lines:
        order = orders.get(line.number)
        if order is None:
            yield Found(DifferenceKind.UNKNOWN_THERE, line.number, line.transaction, None, line.amount)
            continue
        if order.state not in WITH_MONEY:
            take(
                Said(
                    line.number,
                    StandingKind.PAID,
                    NoticeSource.STATEMENT,
                    line.amount,
                    line.transaction,
                    "",
                    _within(day, line.at),
                )
            )
            order.refresh_from_db()
            if order.state in WITH_MONEY:
                repaired.append(line.number)
        elif order.paid_at != (at := _within(day, line.at)):  # a notice without a moment, after midnight
            OnlinePayment.objects.filter(pk=order.pk).update(paid_at=at)
        yield from _compared(order, line)
    missing = OnlinePayment.objects.filter(paid_at__range=_of(day)).exclude(order_number__in=numbers)
    for order in missing:
        yield Found(
            DifferenceKind.PAID_HERE, order.order_number, order.transaction_number, order.amount, None
        )


def _compared(order: OnlinePayment, line: StatementLine) -> Iterator[Found]:
    here = order.amount if order.state in WITH_MONEY else None
    if here is None:
        kind = DifferenceKind.PAID_THERE
    elif here != line.amount:
        kind = DifferenceKind.AMOUNT
    elif order.transaction_number != line.transaction:
        kind = DifferenceKind.TRANSACTION
    else:
        return
    yield Found(kind, line.number, line.transaction, here, line.amount)


def _refunds(day: date, lines: list[StatementLine], repaired: list[str]) -> Iterator[Found]:
    numbers = [line.number for line in lines]
    known = {
        one.refund_number: one
        for one in OnlineRefund.objects.filter(refund_number__in=numbers).select_related("entry")
    }
    for line in lines:
        refund = known.get(line.number)
        if refund is None:
            yield Found(DifferenceKind.REFUND_THERE, line.number, line.transaction, None, line.amount)
        elif refund.amount != line.amount:
            yield Found(DifferenceKind.AMOUNT, line.number, line.transaction, refund.amount, line.amount)
        elif finish(refund, line.transaction, at=_within(day, line.at)):
            repaired.append(line.number)
    missing = OnlineRefund.objects.filter(done_at__range=_of(day)).exclude(refund_number__in=numbers)
    for refund in missing.select_related("entry"):
        yield Found(
            DifferenceKind.REFUND_HERE, refund.refund_number, refund.transaction_number, refund.amount, None
        )


@transaction.atomic
def _keep(day: date, lines: list[StatementLine], found: list[Found], repaired: int) -> PaymentDay:
    now = timezone.now()
    here = list(OnlinePayment.objects.filter(paid_at__range=_of(day)).values_list("amount", flat=True))
    was = PaymentDay.objects.select_for_update().filter(day=day).first()
    row, _is_new = PaymentDay.objects.update_or_create(
        day=day,
        defaults={
            "compared_at": now,
            "payments_there": len(lines),
            "sum_there": sum(line.amount for line in lines),
            "payments_here": len(here),
            "sum_here": sum(here),
            "repaired": repaired + (was.repaired if was else 0),
        },
    )
    kept = [_difference(row, one, now).pk for one in found]
    PaymentDifference.objects.filter(day=row, settled_at=None).exclude(pk__in=kept).update(
        settled_at=now, note=_("A later comparison found no difference any more.")
    )
    return row


def _difference(row: PaymentDay, one: Found, now: datetime) -> PaymentDifference:
    """Found again it is one row; open again when only a comparison had settled it, or when the sums are others."""
    sums = {"here": one.here, "there": one.there}
    known, is_new = PaymentDifference.objects.get_or_create(
        day=row,
        kind=one.kind,
        number=one.number,
        transaction_number=one.transaction,
        defaults={**sums, "found_at": now},
    )
    is_other = (known.here, known.there) != (one.here, one.there)
    if not is_new and (is_other or (known.settled_at and known.settled_by_id is None)):
        again = {**sums, "found_at": now, "settled_at": None, "settled_by": None, "note": ""}
        PaymentDifference.objects.filter(pk=known.pk).update(**again)
    return known


def _within(day: date, at: datetime | None) -> datetime:
    """A movement of the statement belongs to its day, also when it names no moment of it."""
    begins, ends = _of(day)
    return at if at and begins <= at <= ends else begins


def _of(day: date) -> tuple[datetime, datetime]:
    begins = datetime.combine(day, time(), tzinfo=TZ)
    return begins, begins + timedelta(days=1, microseconds=-1)


def _not_yours() -> NotPermitted:
    return NotPermitted(_("Differences are settled by supervisors and administrators of the system."))
