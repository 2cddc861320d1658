"""The log book of a desk is closed after its year, and then nothing is added (R42)."""

import pytest
from django.db import transaction

from cases import services
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import LogBook
from procedures.enums import Role
from tests.cases.helpers import fresh, make_person, refused
from tests.cast import local


def close(world, year=2026, **changes):
    return services.close_log_book(
        changes.pop("desk", world.ward), **{"year": year, "by": world.supervisor, **changes}
    )


@pytest.fixture
def new_year(world, clock):
    """One dossier of 2026 is in the book; it is the first working day of 2027."""
    dossier = world.receive()
    clock.move_to("2027-01-04 09:00")
    return dossier


def test_r42_numbers_begin_again_with_the_year(world, new_year):
    second = fresh(world.receive())
    assert (new_year.book_year, new_year.book_number) == (2026, 1)
    assert (second.book_year, second.book_number) == (2027, 1)


def test_r42_a_closed_book_says_who_closed_it_when_and_at_which_number(world, new_year):
    book = close(world)
    assert (book.desk, book.year, book.last_number) == (world.ward, 2026, 1)
    assert (book.closed_at, book.closed_by) == (local("2027-01-04 09:00"), world.supervisor)


def test_r42_after_closing_nothing_is_received_in_that_year(world, new_year):
    late = {"received_at": local("2026-12-31 16:00")}
    assert world.receive(**late).book_number == 2
    close(world)
    with refused(NotPossibleNow, "book_closed"):
        world.receive(**late)
    assert world.receive().book_number == 1


def test_r42_a_year_that_is_not_over_is_not_closed(world):
    for year in [2026, 2027]:
        with refused(NotPossibleNow, "year_not_over"):
            close(world, year)


def test_r42_a_book_is_closed_once_and_for_good(world, new_year):
    book = close(world)
    with refused(NotPossibleNow, "book_closed"):
        close(world)
    with pytest.raises(Exception, match="[Cc]annot update"), transaction.atomic():
        LogBook.objects.filter(pk=book.pk).update(last_number=7)


def test_r42_a_year_without_receptions_has_an_empty_book(world, new_year):
    assert close(world, 2025).last_number == 0


def test_r42_only_a_desk_has_a_book(world, new_year):
    keeper = make_person("quan-tri-tinh", world.province, Role.AGENCY_ADMIN)
    with refused(Invalid) as caught:
        close(world, desk=world.province, by=keeper)
    assert caught.value.field == "desk"


def test_r42_a_book_is_closed_by_who_answers_for_the_desk(world, new_year):
    keeper = make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN)
    with transaction.atomic():
        assert close(world, by=keeper).closed_by == keeper
        transaction.set_rollback(True)
    with refused(NotPermitted):
        close(world, by=world.outsider_head)


def test_r42_from_mid_january_on_the_system_closes_what_was_forgotten(world, new_year, clock):
    clock.move_to("2027-01-14 01:00")
    assert services.close_old_log_books() == 0
    clock.move_to("2027-01-15 01:00")
    assert services.close_old_log_books() == 1
    assert LogBook.objects.get(year=2026).closed_by is None
    assert services.close_old_log_books() == 0


def test_r42_an_office_may_leave_closing_to_people(world, new_year, clock, settings):
    settings.LOG_BOOKS_CLOSE_ON_JANUARY = 0
    clock.move_to("2027-02-15 01:00")
    assert services.close_old_log_books() == 0
