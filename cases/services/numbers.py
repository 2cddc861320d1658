"""Running numbers without gaps: allotted by the database in the transaction that uses them."""

from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from cases import codes
from cases.errors import NotPossibleNow
from cases.models import CodeCounter, Dossier, LogBook, ReceiptCounter, RegisterBook
from procedures.enums import RegisterKind
from procedures.models import Agency


def next_dossier_code(identifier: str, day: date) -> str:
    """The next code of that agency and day (R6).

    The counter's row stays locked until the reception commits: a rolled-back reception gives its
    number back, and two receptions of one desk take theirs one after the other. Call it last.
    """
    counter = CodeCounter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {counter} SET last_number = last_number + 1 WHERE agency_identifier = %s AND day = %s"
            " RETURNING last_number",
            [identifier, day],
        )
        if (row := cursor.fetchone()) is None:
            # Codes imported from older systems count too: the first number of a day goes above them.
            prefix = codes.compose(identifier, day, 1)[:-4]
            issued = Dossier.objects.filter(code__startswith=prefix).order_by().values_list("code", flat=True)
            highest = codes.highest_number(identifier, day, issued)
            # Another desk's clerk may have begun the day meanwhile.
            cursor.execute(
                f"INSERT INTO {counter} AS counter (agency_identifier, day, last_number) VALUES (%s, %s, %s)"
                " ON CONFLICT (agency_identifier, day) DO UPDATE SET last_number = counter.last_number + 1"
                " RETURNING last_number",
                [identifier, day, highest + 1],
            )
            row = cursor.fetchone()
    return codes.compose(identifier, day, row[0])


def next_receipt_number(identifier: str, year: int) -> str:
    """The next fee-receipt number of a desk in a year, such as `H41.12/2026/000123`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {ReceiptCounter._meta.db_table} AS counter (agency_identifier, year, last_number)
            VALUES (%s, %s, 1)
            ON CONFLICT (agency_identifier, year) DO UPDATE SET last_number = counter.last_number + 1
            RETURNING last_number
            """,
            [identifier, year],
        )
        (number,) = cursor.fetchone()
    return f"{identifier}/{year}/{number:06d}"


def next_book_number(desk: Agency, year: int) -> int:
    """The next number in the log book of a desk and year, from 1 without a gap (R42).

    Locked until the reception commits, like the code. `NotPossibleNow` when the book is closed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {LogBook._meta.db_table} AS book (desk_id, year, last_number)
            VALUES (%s, %s, 1)
            ON CONFLICT (desk_id, year) DO UPDATE SET last_number = book.last_number + 1
                  WHERE book.closed_at IS NULL
            RETURNING last_number
            """,
            [desk.pk, year],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotPossibleNow(
            _("The log book %(year)s of %(desk)s is closed: nothing can be received in that year any more.")
            % {"year": year, "desk": desk},
            code="book_closed",
        )
    return row[0]


def next_register_number(agency: Agency, kind: str, year: int) -> tuple[int, int]:
    """The id of the register and the next number in it: per agency, kind and year, from 1 without a gap.

    Locked until the certification commits: call it as late as possible. `NotPossibleNow` when it is closed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {RegisterBook._meta.db_table} AS book (agency_id, kind, year, last_number)
            VALUES (%s, %s, %s, 1)
            ON CONFLICT (agency_id, kind, year) DO UPDATE SET last_number = book.last_number + 1
                  WHERE book.closed_at IS NULL
            RETURNING id, last_number
            """,
            [agency.pk, kind, year],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotPossibleNow(
            _("“%(register)s” %(year)s of %(agency)s is closed: nothing is entered in it any more.")
            % {"register": RegisterKind(kind).label, "year": year, "agency": agency},
            code="book_closed",
        )
    return row
