"""Closing the log book (sổ theo dõi hồ sơ) of a desk at the end of its year (R42)."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.models import LogBook
from procedures.models import Agency


@transaction.atomic
def close_log_book(desk: Agency, *, year: int, by) -> LogBook:
    """Close the book of a year that is over: afterwards nothing can be received in that year any more.

    By a supervisor or an administrator of the desk. A year without receptions gets an empty book. Raises
    `NotPermitted`, `Invalid` (no desk), `NotPossibleNow` (the year is not over, or already closed).
    """
    if not rules.keeps_people_of(by, desk):
        raise errors.NotPermitted(
            _("A log book is closed by a supervisor or an administrator of the desk's own agency.")
        )
    if not desk.is_reception_desk:
        raise errors.Invalid(_("%(agency)s is not a reception desk.") % {"agency": desk}, field="desk")
    if year >= timezone.localdate().year:
        raise errors.NotPossibleNow(
            _("The year %(year)s is not over: its log book still grows.") % {"year": year},
            code="year_not_over",
        )
    LogBook.objects.get_or_create(desk=desk, year=year)
    # Receptions hold this row until they commit: what is drawn is in the book before it closes.
    book = LogBook.objects.select_for_update(of=("self",)).get(desk=desk, year=year)
    if book.closed_at:
        raise errors.NotPossibleNow(
            _("The log book %(year)s of %(desk)s is already closed.") % {"year": year, "desk": desk},
            code="book_closed",
        )
    return _close(book, by=by)


def close_old_log_books() -> int:
    """From the day in January that the office chose on, close all books of the years before; how many."""
    today = timezone.localdate()
    day = settings.LOG_BOOKS_CLOSE_ON_JANUARY
    if not day or (today.month == 1 and today.day < day):
        return 0
    with transaction.atomic():
        old = LogBook.objects.select_for_update(of=("self",)).filter(
            year__lt=today.year, closed_at__isnull=True
        )
        return len([_close(book, by=None) for book in old.order_by("pk")])


def _close(book: LogBook, *, by) -> LogBook:
    book.closed_at = timezone.now()
    book.closed_by = by
    book.save(update_fields=["closed_at", "closed_by"])
    return book
