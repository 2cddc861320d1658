"""Pages by position, not by number: page 1,000 costs what page 1 costs, and new rows shift nothing.

A list is ordered by one key that is never null, and then by id in the same direction. The position of a
page is [key, id] of the row beside it; it goes into addresses as a cursor, which names no person.
"""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

COUNTED = 1000  # rows are counted up to here: nobody reads on, and the exact number of millions is dear
FAR = datetime(9000, 1, 1, tzinfo=UTC)  # stands for a moment that is not there yet: behind all others


class NotACursor(ValueError):
    """The text is no position of such a list."""


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC)  # OverflowError for what no database could hold


@dataclass(frozen=True, slots=True)
class SortKey:
    """What a list is ordered by: `field` is a path on the row; `if_null` takes the place of nothing."""

    field: str
    descending: bool = False
    if_null: datetime | None = None
    to_text: Callable = datetime.isoformat
    from_text: Callable = _moment

    @property
    def reversed(self) -> "SortKey":
        return SortKey(self.field, not self.descending, self.if_null, self.to_text, self.from_text)

    @property
    def _expression(self):
        """As in the index that serves it, or the index would not be used."""
        return F(self.field) if self.if_null is None else Coalesce(self.field, Value(self.if_null))

    def ordered(self, queryset: QuerySet) -> QuerySet:
        key = self._expression
        return queryset.order_by(key.desc() if self.descending else key.asc(), f"{self._sign}pk")

    def beyond(self, queryset: QuerySet, cursor: str) -> QuerySet:
        """The rows behind that position, in no order yet. Raises `NotACursor`."""
        value, pk = self._position(cursor)
        lookup = "lt" if self.descending else "gt"
        further = Q(**{f"list_key__{lookup}": value}) | Q(**{f"pk__{lookup}": pk})
        return queryset.alias(list_key=self._expression).filter(
            Q(**{f"list_key__{lookup}e": value}) & further
        )

    def cursor(self, row) -> str:
        value = row
        for part in self.field.split("__"):
            value = getattr(value, part)
        text = self.to_text(self.if_null if value is None else value)
        return base64.urlsafe_b64encode(json.dumps([text, row.pk]).encode()).decode().rstrip("=")

    @property
    def _sign(self) -> str:
        return "-" if self.descending else ""

    def _position(self, cursor: str):
        try:
            text, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            text.encode()  # half a surrogate pair is valid JSON and no text; what is no text has no such method
            if isinstance(pk, bool) or not isinstance(pk, int) or not 0 <= pk < 2**63 or "\x00" in text:
                raise ValueError("not a position")
            return self.from_text(text), pk
        except (AttributeError, ValueError, TypeError, RecursionError, OverflowError) as error:
            raise NotACursor(cursor) from error


@dataclass(frozen=True, slots=True)
class KeysetPage:
    """Rows of one page, and the cursors of the pages beside it; empty where there is none."""

    rows: list
    after: str = ""
    before: str = ""


def keyset_page(queryset: QuerySet, key: SortKey, size: int, *, after="", before="") -> KeysetPage:
    """The page behind `after`, or the one in front of `before`, or the first. Raises `NotACursor`."""
    if before:
        backwards = key.reversed
        rows = list(backwards.ordered(backwards.beyond(queryset, before))[: size + 1])
        if len(rows) > size:
            rows = rows[size - 1 :: -1]
            return KeysetPage(rows, after=key.cursor(rows[-1]), before=key.cursor(rows[0]))
        after = ""  # the first page, in full
    found = key.beyond(queryset, after) if after else queryset
    rows = list(key.ordered(found)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    return KeysetPage(
        rows,
        after=key.cursor(rows[-1]) if more else "",
        before=key.cursor(rows[0]) if after and rows else "",
    )


def count_up_to(queryset: QuerySet, most: int = COUNTED) -> int:
    """How many rows there are; `most` + 1 stands for more than `most`."""
    return queryset.order_by()[: most + 1].count()


@contextmanager
def in_order_of_an_index() -> Iterator[None]:
    """Inside, PostgreSQL reads a page in the order of an index and stops when it is full.

    For filters that ask the history of each row, of which PostgreSQL expects far too few rows: it would find
    all of them and sort, to show fifty.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off")
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = DEFAULT")
