"""Closing the registers of certifications (sổ chứng thực, sổ cấp trích lục) at the end of their year."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import errors, rules
from cases.models import RegisterBook


@transaction.atomic
def close_register(book: RegisterBook, *, by) -> RegisterBook:
    """Close the register of a year that is over: afterwards nothing is entered in it any more.

    By a supervisor or an administrator of the agency. Raises `NotPermitted`, `NotPossibleNow` (the year is not
    over, or it is closed already).
    """
    if not rules.keeps_people_of(by, book.agency):
        raise errors.NotPermitted(
            _("A register is closed by a supervisor or an administrator of its own agency.")
        )
    if book.year >= timezone.localdate().year:
        raise errors.NotPossibleNow(
            _("The year %(year)s is not over: its register still grows.") % {"year": book.year},
            code="year_not_over",
        )
    # Certifications hold this row until they commit: what is drawn is in the register before it closes.
    book = RegisterBook.objects.select_for_update(of=("self",)).select_related("agency").get(pk=book.pk)
    if book.closed_at:
        raise errors.NotPossibleNow(
            _("“%(register)s” of %(agency)s is already closed.") % {"register": book, "agency": book.agency},
            code="book_closed",
        )
    return _close(book, by=by)


def close_old_registers() -> int:
    """From the day in January on which the log books are closed, close all registers of the years before."""
    today = timezone.localdate()
    day = settings.LOG_BOOKS_CLOSE_ON_JANUARY
    if not day or (today.month == 1 and today.day < day):
        return 0
    with transaction.atomic():
        old = RegisterBook.objects.select_for_update(of=("self",)).filter(
            year__lt=today.year, closed_at__isnull=True
        )
        return len([_close(book, by=None) for book in old.order_by("pk")])


def _close(book: RegisterBook, *, by) -> RegisterBook:
    book.closed_at = timezone.now()
    book.closed_by = by
    book.save(update_fields=["closed_at", "closed_by"])
    return book
