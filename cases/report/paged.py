"""Tables of the report in pages, as a screen shows them; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.report.tables import Figure, Part, Table, Value

PAGE_ROWS = 100
Row = Sequence[Value | Figure]


@dataclass(frozen=True, slots=True)
class TablePage:
    """A table with the rows of one page: `number`, from 1 to `pages`; `count` are the rows of all pages."""

    table: Table
    number: int
    pages: int
    count: int


def pages_of(table: Table) -> list[Sequence[Row]]:
    """The rows page by page; a table without rows has one page."""
    starts = range(0, max(len(table.rows), 1), PAGE_ROWS)
    return [table.rows[start : start + PAGE_ROWS] for start in starts]


def turned_to(part: Part, table: int, page: int) -> list[TablePage]:
    """Every table at its first page, that number `table` at `page` if there are so many."""
    return [_page(one, page if place == table else 1) for place, one in enumerate(part.tables)]


def _page(table: Table, number: int) -> TablePage:
    pages = pages_of(table)
    number = number if number <= len(pages) else 1
    shown = Table(table.title, table.columns, pages[number - 1], table.note)
    return TablePage(shown, number, len(pages), len(table.rows))
