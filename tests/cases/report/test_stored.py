"""Tables of the report as JSON and back: nothing is lost."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.report import stored
from cases.report.paged import PAGE_ROWS, pages_of, turned_to
from cases.report.tables import Figure, Part, Table, number, shown, text

# As PostgreSQL holds them: no NUL, no half of a surrogate pair.
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
ZONES = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    WORDS,
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=ZONES),
)
CELLS = VALUES | st.builds(Figure, VALUES, WORDS, WORDS)


@given(CELLS)
def test_a_value_that_is_written_and_read_is_the_same(value):
    found = stored.read(json.loads(json.dumps(stored.written(value))))
    assert (type(found), found) == (type(value), value)


def test_decimals_keep_their_digits_and_moments_their_minute():
    value = Decimal("1.20")
    assert str(stored.read(stored.written(value))) == "1.20"
    moment = datetime(2026, 11, 9, 2, 30, tzinfo=UTC)
    assert shown(stored.read(stored.written(moment))) == "09/11/2026 09:30"
    assert stored.read(stored.written(date(2026, 11, 9))) == date(2026, 11, 9)


def test_what_no_table_holds_is_refused():
    with pytest.raises(TypeError, match="no value of a table"):
        stored.written(1.5)


def test_a_table_is_read_with_its_columns_and_its_note():
    table = Table("Tên", (text("Ai", 5), number("Bao nhiêu")), [("A", Figure(3, "late"))], note="Ghi chú")
    found = stored.read_table(stored.heading(table), stored.written_rows(table.rows))
    assert (found.title, found.note, tuple(found.columns)) == (table.title, table.note, table.columns)
    assert found.rows == [["A", Figure(3, "late")]]


def test_counts_are_known_by_their_list_and_shares_are_not():
    rows = [("A", Figure(3, "late")), ("B", Figure(2, "2.1-all", "H41.1")), ("C", Figure(Decimal(50), "x"))]
    part = Part("late", "", [Table("", (text(""), number("")), rows)])
    assert stored.figures_of(part) == {"late@": 3, "2.1-all@H41.1": 2}


# Pages ------------------------------------------------------------------------------------------------


def long_table(rows: int) -> Table:
    return Table("Dài", (number("Số"),), [(one,) for one in range(rows)])


@given(st.integers(0, 3 * PAGE_ROWS + 1))
def test_pages_hold_every_row_once(rows):
    pages = pages_of(long_table(rows))
    assert [row for page in pages for row in page] == list(long_table(rows).rows)
    assert len(pages) == max(1, -(-rows // PAGE_ROWS))


def test_one_table_is_turned_the_others_stand_at_their_first_page():
    part = Part("late", "", [long_table(PAGE_ROWS + 1), long_table(PAGE_ROWS + 2)])
    first, second = turned_to(part, 1, 2)
    assert [(one.number, one.pages, one.count, len(one.table.rows)) for one in (first, second)] == [
        (1, 2, PAGE_ROWS + 1, PAGE_ROWS),
        (2, 2, PAGE_ROWS + 2, 2),
    ]
    assert [one.number for one in turned_to(part, 1, 3)] == [1, 1]
