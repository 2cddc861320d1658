"""Parts of the report of large agencies: kept as they were counted, by workers that may die, and asked for once."""

import pytest
from django.db import OperationalError as DatabaseIsAway
from django.db import connections
from django.utils import translation

from cases.models import KeptPage, KeptPart
from cases.report import paged, stored
from cases.report.behind import behind
from cases.report.contents import CONTENTS, parts_of
from cases.report.tables import Value
from cases.services import kept_reports, reports
from tests.cases.report.kept import everything_is_long, kept, scope
from tests.cases.report.test_report import busy
from tests.cast import local

__all__ = ["busy", "everything_is_long"]
pytestmark = pytest.mark.usefixtures("english")


def plain(value) -> Value:
    """As it is read: what waits for a language, in this one."""
    return stored.read(stored.written(value))


# The same as counted now ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("part", CONTENTS)
def test_what_is_kept_is_what_is_counted_now_page_by_page(busy, clock, part, language):
    clock.move_to("2026-11-20 09:00")
    with translation.override(language):
        [live] = parts_of(scope(busy), [part])
        kept(busy, part)
        assert len(live.tables) == len(kept_reports.look(scope(busy), part).tables)
        for place, table in enumerate(live.tables):
            rows, page = [], 1
            while True:
                shown = kept_reports.look(scope(busy), part, table=place, page=page).tables[place]
                rows += shown.table.rows
                if page == shown.pages:
                    break
                page += 1
            assert rows == [[plain(value) for value in row] for row in table.rows]
            assert (shown.table.title, shown.table.note) == (str(table.title), str(table.note))
            assert [str(column.title) for column in table.columns] == [c.title for c in shown.table.columns]
            assert shown.count == len(table.rows)


def test_every_kept_figure_is_the_length_of_its_list(busy, clock):
    clock.move_to("2026-11-20 09:00")
    for part in ("late", "rates", "shortcomings"):
        kept(busy, part)
        row = KeptPart.objects.get(part=part)
        assert row.lists.count() > 0
        for one in row.lists.all():
            figure = kept_reports.figure_of(scope(busy), part, one.key)
            assert set(figure.dossiers) == set(behind(one.key, scope(busy))[1])
            assert figure.number == len(one.dossiers) == row.figures[f"{one.key}@"]


def test_each_language_is_kept_by_itself(busy):
    kept(busy)
    with translation.override("vi"):
        assert kept_reports.look(scope(busy), "late").tables is None


def test_small_agencies_are_counted_at_once_and_paged_too(busy, clock, monkeypatch):
    monkeypatch.setattr(reports, "AT_ONCE", 2_000)
    monkeypatch.setattr(paged, "PAGE_ROWS", 1)
    clock.move_to("2026-11-20 09:00")
    standing = kept_reports.look(scope(busy), "late", table=2, page=2)
    assert (standing.counted_at, standing.waits) == (None, False)
    late = standing.tables[2]
    [part] = parts_of(scope(busy), ["late"])
    assert (late.number, late.pages, late.count) == (2, 2, 2)
    assert late.table.rows == part.tables[2].rows[1:]
    assert KeptPart.objects.count() == 0


# Asked for once ---------------------------------------------------------------------------------------


def test_the_first_look_asks_and_the_next_ones_wait(busy):
    looks = [kept_reports.look(scope(busy), "late") for _ in range(3)]
    assert [(one.tables, one.waits, one.begins) for one in looks] == [
        (None, True, True),
        (None, True, False),
        (None, True, False),
    ]
    assert [kept_reports.count_waiting(), kept_reports.count_waiting()] == [1, 0]


def test_who_asks_while_it_is_counted_gets_that_count(busy, monkeypatch):
    asked = []

    def counting(of_scope, keys):
        asked.append(kept_reports.ask(scope(busy), "late"))
        return parts_of(of_scope, keys)

    monkeypatch.setattr(kept_reports, "parts_of", counting)
    kept(busy)
    assert asked == [False]
    assert kept_reports.count_waiting() == 0
    assert kept_reports.ask(scope(busy), "late") is True


def test_what_was_counted_before_today_is_shown_and_asked_for(busy, clock):
    first = kept(busy)
    clock.move_to("2026-11-10 08:00")
    old = kept_reports.look(scope(busy), "late")
    assert (old.counted_at, old.waits, old.begins) == (first.counted_at, True, True)
    kept_reports.count_waiting()
    new = kept_reports.look(scope(busy), "late")
    assert (new.counted_at, new.waits) == (local("2026-11-10 08:00"), False)
    assert KeptPart.objects.get().until == local("2026-11-10 08:01")


# Workers ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_one_worker_at_a_time(busy):
    kept_reports.ask(scope(busy), "late")
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [kept_reports._LOCK])
            assert kept_reports.count_waiting() == 0
            cursor.execute("SELECT pg_advisory_unlock(%s)", [kept_reports._LOCK])
    finally:
        other.close()
    assert kept_reports.count_waiting() == 1


class Killed(BaseException):
    """Nothing of ours runs any more."""


def test_a_killed_worker_leaves_the_part_to_the_next_but_not_for_ever(busy, monkeypatch):
    def dies(of_scope, keys):
        raise Killed

    kept_reports.ask(scope(busy), "late")
    with monkeypatch.context() as patched:
        patched.setattr(kept_reports, "parts_of", dies)
        with pytest.raises(Killed):
            kept_reports.count_waiting()
    assert kept_reports.count_waiting() == 1
    kept_reports.ask(scope(busy), "late")
    with monkeypatch.context() as patched:
        patched.setattr(kept_reports, "parts_of", dies)
        for _ in range(kept_reports.MOST_TRIES):
            with pytest.raises(Killed):
                kept_reports.count_waiting()
    assert kept_reports.count_waiting() == 0
    standing = kept_reports.look(scope(busy), "late")
    assert standing.problem == "It could not be counted. Count anew, or tell the administrator."
    assert (standing.tables is not None, standing.waits) == (True, False)


def test_what_a_worker_died_of_is_tried_again_with_all_the_time_of_a_run(busy):
    """Behind others it might never have enough of it."""
    kept_reports.ask(scope(busy), "late")
    KeptPart.objects.update(tries=1)
    kept_reports.ask(scope(busy), "rates")
    assert kept_reports.count_waiting() == 1
    assert waiting() == {("2026-11", "late")}
    assert KeptPart.objects.get(part="late").tries == 1
    assert kept_reports.count_waiting() == 1
    assert waiting() == set()


def test_a_database_that_is_away_is_no_fault_of_the_part(busy, monkeypatch):
    def is_away(of_scope, keys):
        raise DatabaseIsAway

    kept_reports.ask(scope(busy), "late")
    with monkeypatch.context() as patched:
        patched.setattr(kept_reports, "parts_of", is_away)
        with pytest.raises(DatabaseIsAway):
            kept_reports.count_waiting()
    assert kept_reports.look(scope(busy), "late").problem == ""
    assert kept_reports.count_waiting() == 1


def test_what_goes_wrong_is_told_and_not_swallowed(busy, monkeypatch):
    def fails(of_scope, keys):
        raise ZeroDivisionError

    monkeypatch.setattr(kept_reports, "parts_of", fails)
    kept_reports.ask(scope(busy), "late")
    with pytest.raises(ZeroDivisionError):
        kept_reports.count_waiting()
    standing = kept_reports.look(scope(busy), "late")
    assert (standing.tables, standing.waits) == (None, False)
    assert standing.problem.startswith("It could not be counted.")


def test_a_part_that_was_counted_before_stays_until_the_new_one_is_complete(busy, monkeypatch):
    first = kept(busy)

    def fails(rows):
        raise ZeroDivisionError

    kept_reports.ask(scope(busy), "late")
    monkeypatch.setattr(stored, "written_rows", fails)
    with pytest.raises(ZeroDivisionError):
        kept_reports.count_waiting()
    row = KeptPart.objects.get()
    assert (row.counted_at, row.pages.count()) == (first.counted_at, KeptPage.objects.count())
    assert row.pages.count() > 0


# The night --------------------------------------------------------------------------------------------


def waiting() -> set[tuple[str, str]]:
    return set(KeptPart.objects.exclude(asked_at=None).values_list("period", "part"))


def test_at_night_what_people_look_at_is_counted_anew(busy, clock):
    kept(busy, "late")
    clock.move_to("2026-11-10 03:30")
    assert (kept_reports.keep_anew(), waiting()) == (1, {("2026-11", "late")})
    kept_reports.count_waiting()
    assert kept_reports.keep_anew() == 0  # of today already


def test_the_new_month_is_counted_for_who_looked_at_the_last(busy, clock):
    kept(busy, "late")
    clock.move_to("2026-12-01 03:30")
    kept_reports.keep_anew()
    assert waiting() == {("2026-11", "late"), ("2026-12", "late")}


def test_an_old_month_is_counted_anew_only_for_who_looked_lately(busy, clock):
    clock.move_to("2027-03-01 09:00")
    kept(busy, "late")
    clock.move_to("2027-03-30 03:30")
    assert kept_reports.keep_anew() == 1
    kept_reports.count_waiting()
    clock.move_to("2027-04-01 03:30")
    assert kept_reports.keep_anew() == 0


def test_after_ninety_days_without_a_look_it_is_forgotten(busy, clock):
    kept(busy, "late")
    clock.move_to("2027-02-07 03:30")
    kept_reports.keep_anew()
    assert KeptPart.objects.filter(period="2026-11").exists()
    clock.move_to("2027-02-08 03:30")
    kept_reports.keep_anew()
    assert (KeptPart.objects.count(), KeptPage.objects.count()) == (0, 0)


def test_a_look_is_noted(busy, clock):
    kept(busy, "late")
    clock.move_to("2026-12-20 09:00")
    kept_reports.look(scope(busy), "late")
    assert KeptPart.objects.get().looked_at == local("2026-12-20 09:00")
