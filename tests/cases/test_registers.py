"""The yearly registers: per agency, kind and year, from 1 without a gap, only added to, closed for good."""

import pytest
from django.db import transaction

from cases import services
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import Dossier, RegisterBook, RegisterEntry
from cases.registers import entries_of, latest_entries, number_text, quick_services, register_payload
from cases.services import certifying
from procedures.enums import RegisterKind, Role
from tests.cases.certifying import (
    COPIES,
    EXTRACTS,
    SIGNATURES,
    certify,
    counter,
    somebody,
)
from tests.cases.helpers import in_parallel, make_person, one_waits_for_the_other, refused
from tests.cases.test_constraints import sql_is_refused
from tests.cast import local

__all__ = ["counter"]

pytestmark = pytest.mark.usefixtures("english")


class SomethingElseFailed(NotPossibleNow):
    """Raised after the number was drawn."""


def numbers(**book) -> list[int]:
    entries = RegisterEntry.objects.filter(**{f"book__{name}": value for name, value in book.items()})
    return list(entries.order_by("number").values_list("number", flat=True))


# Without a gap --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
class TestSeveralAtOnce:
    def certifications(self, world, how_many: int, code: str = COPIES):
        def for_somebody(n: int):
            return lambda: certify(world, code, applicant=somebody(world, n))

        return [for_somebody(n) for n in range(how_many)]

    def test_parallel_certifications_are_numbered_without_gap_or_duplicate(self, counter):
        made = in_parallel(self.certifications(counter, 24), connections=8)
        assert sorted(entry.number for entry in made) == list(range(1, 25))
        assert numbers() == list(range(1, 25))
        assert RegisterBook.objects.get().last_number == 24

    def test_what_is_rolled_back_gives_its_number_back(self, counter, monkeypatch):
        """Every third fails after its number was drawn."""
        make = certifying.certification_pdf

        def make_or_fail(payload):
            if payload.person.id_number.endswith(("0", "3", "6", "9")):
                raise SomethingElseFailed("after the number was drawn")
            return make(payload)

        monkeypatch.setattr(certifying, "certification_pdf", make_or_fail)
        outcomes = in_parallel(self.certifications(counter, 12), connections=4)
        failed = [type(outcome) for outcome in outcomes].count(SomethingElseFailed)
        assert numbers() == list(range(1, 12 - failed + 1))
        assert Dossier.objects.count() == 12 - failed

    def test_the_second_waits_for_the_first(self, counter):
        a, b = one_waits_for_the_other(*self.certifications(counter, 2))
        assert [a.number, b.number] == [1, 2]


def test_each_kind_and_year_and_agency_has_numbers_of_its_own(counter, clock):
    counter.outsider_clerk.decides_at_counter = True
    counter.outsider_clerk.save()
    theirs = {"desk": counter.other_ward, "by": counter.outsider_clerk}
    made = [
        certify(counter),
        certify(counter),
        certify(counter, SIGNATURES),
        certify(counter, EXTRACTS),
        certify(counter, **theirs),
    ]
    clock.move_to("2027-01-04 09:00")
    made.append(certify(counter))
    assert [entry.number for entry in made] == [1, 2, 1, 1, 1, 1]
    assert [number_text(entry) for entry in made[2:4]] == ["01, 01/2026-SCT/CK,ĐC", "01, 01/2026-TLHT-BS"]
    assert RegisterBook.objects.count() == 5


def test_the_number_goes_back_when_the_transaction_around_it_is_rolled_back(counter):
    with pytest.raises(SomethingElseFailed), transaction.atomic():
        assert certify(counter).number == 1
        raise SomethingElseFailed("the printer is on fire")
    assert certify(counter).number == 1


# Only added to ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_registerentry SET number = 7",
        "UPDATE cases_registerentry SET person = 'Ai khác'",
        "UPDATE cases_registerentry SET amount = 0",
        "DELETE FROM cases_registerentry",
        "DELETE FROM cases_registerbook",
    ],
)
def test_r43_a_line_of_a_register_is_never_changed_or_deleted(counter, statement):
    certify(counter)
    sql_is_refused(statement, match="[Cc]annot (update|delete)|violates foreign key")


@pytest.mark.parametrize(
    ("column", "value"),
    [("number", 0), ("pages", 0), ("copies", 0), ("person", ""), ("paper", ""), ("signer", "")],
)
def test_the_database_refuses_a_line_that_says_nothing(counter, column, value):
    entry = certify(counter)
    RegisterBook.objects.update(last_number=2)
    values = {
        "book": entry.book,
        "number": 2,
        "dossier": counter.receive(),
        "at": entry.at,
        "by": entry.by,
        "person": "Ai đó",
        "paper": "Đơn",
        "signer": "Ai đó",
        column: value,
    }
    with pytest.raises(Exception, match="register_entry_(counts|says_what)"), transaction.atomic():
        RegisterEntry.objects.create(**values)


# Closing ---------------------------------------------------------------------------------------------


@pytest.fixture
def new_year(counter, clock) -> RegisterBook:
    """One copy of 2026 is in the register; it is the first working day of 2027."""
    book = certify(counter).book
    clock.move_to("2027-01-04 09:00")
    return RegisterBook.objects.get(pk=book.pk)


def test_a_closed_register_says_who_closed_it_and_when(counter, new_year):
    book = services.close_register(new_year, by=counter.supervisor)
    assert (book.last_number, book.closed_at, book.closed_by) == (
        1,
        local("2027-01-04 09:00"),
        counter.supervisor,
    )


def test_a_year_that_is_not_over_is_not_closed(counter):
    book = certify(counter).book
    with refused(NotPossibleNow, "year_not_over"):
        services.close_register(book, by=counter.supervisor)


def test_a_register_is_closed_once_and_for_good(counter, new_year):
    services.close_register(new_year, by=counter.supervisor)
    with refused(NotPossibleNow, "book_closed") as caught:
        services.close_register(new_year, by=counter.supervisor)
    assert caught.value.sentence == (
        "“Register of certified copies 2026” of UBND phường Thử Nghiệm is already closed."
    )
    sql_is_refused("UPDATE cases_registerbook SET last_number = 7", match="[Cc]annot update")


def test_a_register_is_closed_by_who_answers_for_its_agency(counter, new_year):
    keeper = make_person("quan-tri-phuong", counter.ward, Role.AGENCY_ADMIN)
    with transaction.atomic():
        assert services.close_register(new_year, by=keeper).closed_by == keeper
        transaction.set_rollback(True)
    for nobody in (counter.clerk, counter.officer, counter.auditor, counter.outsider_head):
        with refused(NotPermitted):
            services.close_register(new_year, by=nobody)


def test_from_mid_january_on_the_system_closes_what_was_forgotten(counter, new_year, clock, settings):
    clock.move_to("2027-01-14 01:00")
    assert services.close_old_registers() == 0
    clock.move_to("2027-01-15 01:00")
    settings.LOG_BOOKS_CLOSE_ON_JANUARY = 0
    assert services.close_old_registers() == 0
    settings.LOG_BOOKS_CLOSE_ON_JANUARY = 15
    assert services.close_old_registers() == 1
    assert services.close_old_registers() == 0


# Reading ---------------------------------------------------------------------------------------------


def test_whose_lines_somebody_finds(counter):
    entry = certify(counter)
    mine = [counter.clerk, counter.supervisor, counter.auditor]
    assert [list(entries_of(person)) for person in mine] == [[entry]] * 3
    assert list(entries_of(counter.outsider_clerk)) == list(entries_of(counter.centre_clerk)) == []


def test_the_latest_lines_of_a_desk_are_those_of_the_day_newest_first(counter, clock):
    certify(counter)
    clock.move_to("2026-11-10 09:00")
    first, second, third = certify(counter), certify(counter, SIGNATURES), certify(counter)
    midnight = local("2026-11-10 00:00")
    assert latest_entries(counter.ward, since=midnight, most=50) == [third, second, first]
    assert latest_entries(counter.ward, since=midnight, most=1) == [third, second]
    assert latest_entries(counter.other_ward, since=midnight, most=50) == []


def test_quick_services_are_those_in_force_that_are_decided_at_once_and_registered(counter, clock):
    day = local("2026-11-09 09:00").date()
    assert [version.procedure.code for version in quick_services(day)] == [COPIES, SIGNATURES, EXTRACTS]
    counter.free.versions.update(decided_at_once=True)
    quick_services(day)[1].procedure.versions.update(decided_at_once=False)
    assert [version.procedure.code for version in quick_services(day)] == [COPIES, EXTRACTS]


def test_the_printed_register_has_its_lines_volume_by_volume(counter):
    entry = certify(counter, pages=4, copies=2)
    payload = register_payload(entry.book)
    assert (payload.form.title, payload.book, payload.volume) == (
        "SỔ CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH",
        "01/2026-SCT/BS",
        1,
    )
    (row,) = payload.rows
    assert (row.number, row.person, row.paper, row.pages, row.copies, row.amount, row.dossier_code) == (
        1,
        "Nguyễn Thị Ví Dụ",
        "Giấy khai sinh",
        4,
        2,
        12_000,
        "H41.101-261109-0001",
    )
    assert register_payload(entry.book, 2).rows == ()
    assert RegisterKind(entry.book.kind) == RegisterKind.COPIES
