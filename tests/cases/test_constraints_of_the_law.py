"""The database refuses facts that contradict each other, whoever writes them (R9, R13, R20, R23, R24, R26, R30, R42)."""

from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from cases.enums import ConsultationKind, DemandKind, HandoverGround, ReuseGround, RevisionState
from cases.models import (
    CalendarMove,
    CalendarRevision,
    Consultation,
    Demand,
    Dossier,
    ExcludedPeriod,
    Extension,
    Handover,
    LogBook,
    Reschedule,
    RevisionDay,
    StoredPaper,
)
from procedures.enums import ExtensionMode, LimitUnit
from procedures.models import Absence, CalendarDay, OfficeSession, Substitute
from tests.cases.helpers import everything
from tests.cast import local


@contextmanager
def refused_by_the_database(rule: str):
    """The block breaks exactly this rule; nothing changed."""
    before = everything()
    with pytest.raises(DatabaseError, match=rule), transaction.atomic():
        yield
    assert everything() == before


# Extensions (R26) -----------------------------------------------------------------------------------


@pytest.fixture
def extendable(world):
    dossier = world.processing()
    type(dossier.version).objects.update(
        extension_mode=ExtensionMode.ADD, extension_amount=3, extension_unit=LimitUnit.WORKING_DAY
    )
    return dossier


def extension(world, dossier, **changes):
    facts = {
        "dossier": dossier,
        "cycle": 1,
        "mode": ExtensionMode.ADD,
        "amount": Decimal(3),
        "unit": LimitUnit.WORKING_DAY,
        "old_due_at": local("2026-11-12 17:00"),
        "new_due_at": local("2026-11-17 17:00"),
        "reason": "Cần xác minh",
        "at": timezone.now(),
        "by": world.officer,
    }
    return Extension.objects.create(**{**facts, **changes})


def test_an_extension_that_the_version_does_not_define_is_refused(world):
    with refused_by_the_database("defines no such extension"):
        extension(world, world.processing())


def test_an_extension_of_another_mode_than_the_versions_is_refused(world, extendable):
    with refused_by_the_database("defines no such extension"):
        extension(world, extendable, mode=ExtensionMode.REPLACE)


def test_a_second_extension_is_refused(world, extendable):
    extension(world, extendable)
    with refused_by_the_database("extension_once"):
        extension(world, extendable, cycle=2)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"new_due_at": local("2026-11-12 17:00")}, "extension_to_later"),
        ({"at": local("2026-11-12 17:01")}, "extension_before_the_due_moment"),
        ({"reason": ""}, "extension_has_reason"),
        ({"amount": None}, "extension_has_its_measure"),
        ({"amount": Decimal(0)}, "extension_has_its_measure"),
        ({"unit": ""}, "extension_has_its_measure"),
    ],
)
def test_an_extension_that_contradicts_itself_is_refused(world, extendable, changes, rule):
    with refused_by_the_database(rule):
        extension(world, extendable, **changes)


def test_an_agreed_extension_without_the_agreed_date_is_refused(world, extendable):
    type(extendable.version).objects.update(extension_mode=ExtensionMode.AGREED)
    with refused_by_the_database("extension_has_its_measure"):
        extension(world, extendable, mode=ExtensionMode.AGREED)


def test_an_extension_is_never_changed_or_deleted(world, extendable):
    extension(world, extendable)
    with refused_by_the_database("(?i)cannot update"):
        Extension.objects.update(reason="Lý do khác")
    with refused_by_the_database("(?i)cannot .*delete"):
        Extension.objects.all().delete()


# Periods that do not count (R23) --------------------------------------------------------------------


def period(world, dossier, first: str, last: str):
    return ExcludedPeriod.objects.create(
        dossier=dossier,
        name="Niêm yết",
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        at=timezone.now(),
        by=world.officer,
    )


def test_a_period_that_ends_before_it_begins_is_refused(world):
    dossier = world.processing()
    with refused_by_the_database("excluded_ends_after_it_begins|range lower bound"):
        period(world, dossier, "2026-11-12", "2026-11-11")


def test_two_periods_that_share_a_day_are_refused(world):
    dossier = world.processing()
    period(world, dossier, "2026-11-10", "2026-11-12")
    with refused_by_the_database("excluded_periods_apart"):
        period(world, dossier, "2026-11-12", "2026-11-13")
    period(world, dossier, "2026-11-13", "2026-11-13")
    period(world, world.receive(), "2026-11-10", "2026-11-12")


# Reschedules (R30, R31) -----------------------------------------------------------------------------


def reschedule(world, dossier, new_due: str):
    return Reschedule.objects.create(
        dossier=dossier,
        cycle=1,
        old_due_at=local("2026-11-12 17:00"),
        new_due_at=local(new_due),
        reason="Cần xác minh",
        letter_number="01/PXL",
        at=timezone.now(),
        signed_by=world.head,
    )


@pytest.mark.parametrize(
    "day_off",
    ["2026-11-14 11:30", "2026-11-15 17:00", "2026-11-24 17:00"],
    ids=["Saturday", "Sunday", "holiday"],
)
def test_a_reschedule_to_a_day_off_is_refused(world, day_off):
    dossier = world.processing()
    with refused_by_the_database("may not promise a day off"):
        reschedule(world, dossier, day_off)


def test_a_reschedule_to_a_worked_saturday_is_possible(world):
    CalendarDay.objects.create(
        date=date(2026, 11, 14), is_worked=True, kind="swap_worked", name_vi="Làm bù", key="swap-2026"
    )
    assert reschedule(world, world.processing(), "2026-11-14 17:00").pk


# Supplements ----------------------------------------------------------------------------------------


def test_a_supplement_that_comes_before_it_was_asked_for_is_refused(world):
    supplement = world.supplement().supplements.get()
    with refused_by_the_database("supplement_answered_after_asked"):
        supplement.answered_at = supplement.asked_at - timedelta(minutes=1)
        supplement.save()


def test_the_due_moment_that_an_open_request_keeps_does_not_move(world):
    supplement = world.supplement().supplements.get()
    with refused_by_the_database("Cannot update rows"):
        supplement.due_at += timedelta(days=30)
        supplement.save()


# Consultations and hand-overs (R20, R44) ------------------------------------------------------------


def consultation(world, dossier, **changes):
    facts = {
        "dossier": dossier,
        "kind": ConsultationKind.OPINION,
        "agency": world.other_ward,
        "question": "Xác minh nơi cư trú",
        "working_hours": Decimal(8),
        "created_at": timezone.now(),
        "created_by": world.officer,
    }
    return Consultation.objects.create(**{**facts, **changes})


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"question": ""}, "consultation_has_content"),
        ({"working_hours": Decimal(0)}, "consultation_has_time"),
        ({"due_at": local("2026-11-12 17:00")}, "consultation_due_when_asked"),
        ({"asked_at": local("2026-11-09 09:00")}, "consultation_due_when_asked"),
        (
            {"asked_at": local("2026-11-09 09:00"), "due_at": local("2026-11-09 09:00")},
            "consultation_due_when_asked",
        ),
        (
            {
                "asked_at": local("2026-11-09 09:00"),
                "due_at": local("2026-11-10 09:00"),
                "answered_at": local("2026-11-09 08:59"),
                "answer": "Đúng",
            },
            "consultation_answered_after_asked",
        ),
        (
            {
                "asked_at": local("2026-11-09 09:00"),
                "due_at": local("2026-11-10 09:00"),
                "answered_at": local("2026-11-09 10:00"),
            },
            "consultation_answered_after_asked",
        ),
    ],
)
def test_a_consultation_that_contradicts_itself_is_refused(world, changes, rule):
    dossier = world.processing()
    with refused_by_the_database(rule):
        consultation(world, dossier, **changes)


def test_what_was_asked_is_never_changed(world):
    consultation(world, world.processing())
    with refused_by_the_database("(?i)cannot update"):
        Consultation.objects.update(question="Câu hỏi khác")


def test_a_task_is_not_handed_to_oneself(world):
    dossier = world.processing()
    with refused_by_the_database("handover_to_another"):
        Handover.objects.create(
            dossier=dossier,
            ground=HandoverGround.ABSENCE,
            giver=world.officer,
            receiver=world.officer,
            at=timezone.now(),
        )


def test_nobody_is_the_own_substitute(world):
    with refused_by_the_database("substitute_is_another"):
        Substitute.objects.create(staff=world.officer, substitute=world.officer)
    with refused_by_the_database("absence_ends_after_it_begins"):
        Absence.objects.create(
            staff=world.officer,
            substitute=world.second_officer,
            first=date(2026, 11, 17),
            last=date(2026, 11, 16),
            recorded_by=world.supervisor,
            recorded_at=timezone.now(),
        )


# Demands and stored papers (R5, R13, R36) -----------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": DemandKind.EXTRA, "legal_text": ""},
        {"kind": DemandKind.EXTRA, "legal_text": "Luật X", "ground": ReuseGround.DISASTER},
        {"kind": DemandKind.REUSABLE, "ground": ReuseGround.DISASTER},
    ],
    ids=["extra without text", "extra with the wrong ground", "reusable without its component"],
)
def test_a_demand_without_its_ground_is_refused(world, changes):
    dossier = world.processing()
    with refused_by_the_database("demand_has_its_ground"):
        Demand.objects.create(
            dossier=dossier, paper="Sổ hộ khẩu", at=timezone.now(), by=world.officer, **changes
        )


def test_a_stored_paper_is_not_valid_until_a_day_before_it_was_issued(world):
    dossier = world.with_result()
    document = dossier.documents.filter(source="scan").first()
    with refused_by_the_database("stored_valid_after_issued"):
        StoredPaper.objects.create(
            applicant=dossier.applicant,
            name="Tờ khai",
            key="to khai",
            issued_on=date(2026, 11, 10),
            valid_until=date(2026, 11, 9),
            document=document,
            stored_at=timezone.now(),
        )


# The log book (R42) ---------------------------------------------------------------------------------


def test_a_number_of_the_log_book_is_given_once(world):
    first, second = world.receive(), world.receive()
    with refused_by_the_database("dossier_book_number_once"):
        Dossier.objects.filter(pk=second.pk).update(book_number=first.book_number)


def test_a_received_dossier_without_a_number_in_the_log_book_is_refused(world):
    dossier = world.receive()
    with refused_by_the_database("dossier_received_is_in_the_book"):
        Dossier.objects.filter(pk=dossier.pk).update(book_number=None, book_year=None)


def test_a_closed_log_book_is_never_opened_again(world):
    world.receive()
    LogBook.objects.update(closed_at=timezone.now(), closed_by=world.supervisor)
    with refused_by_the_database("(?i)cannot update"):
        LogBook.objects.update(closed_at=None)
    with refused_by_the_database("(?i)cannot delete"):
        LogBook.objects.all().delete()


# The calendar (R24) ---------------------------------------------------------------------------------


def revision(**changes):
    return CalendarRevision.objects.create(reason="Hoán đổi", created_at=timezone.now(), **changes)


def test_a_calendar_day_twice_is_refused(world):
    with refused_by_the_database("calendar_day_once_in_force"):
        CalendarDay.objects.create(date=date(2026, 11, 24), kind="other", name_vi="Ngày nghỉ khác")


def test_a_day_twice_in_one_revision_is_refused(world):
    one = revision()
    RevisionDay.objects.create(revision=one, date=date(2026, 12, 31), name_vi="Nghỉ")
    with refused_by_the_database("revision_day_once"):
        RevisionDay.objects.create(revision=one, date=date(2026, 12, 31), name_vi="Nghỉ")


def test_a_revision_is_not_applied_without_approval(world):
    one = revision()
    with refused_by_the_database("(?i)transition"):
        CalendarRevision.objects.filter(pk=one.pk).update(
            state=RevisionState.DONE, approved_at=timezone.now(), finished_at=timezone.now()
        )
    with refused_by_the_database("revision_applied_was_approved"):
        revision(state=RevisionState.APPROVED)


def test_a_move_that_moves_nothing_is_refused(world):
    dossier, one = world.receive(), revision()
    with refused_by_the_database("calendar_move_moves"):
        CalendarMove.objects.create(
            revision=one,
            dossier=dossier,
            cycle=1,
            old_due_at=dossier.due_at,
            new_due_at=dossier.due_at,
            at=timezone.now(),
        )


@pytest.mark.parametrize("hour", ["24:30", "25:00", "-01:00"])
def test_an_hour_outside_the_day_is_refused(world, hour):
    with refused_by_the_database("out of range|invalid input syntax"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procedures_officesession (agency_id, days, opens_at, closes_at)"
            " VALUES (%s, 'weekday', '07:30', %s)",
            [world.ward.pk, hour],
        )


def test_a_session_that_ends_before_it_begins_is_refused(world):
    with pytest.raises(IntegrityError, match="session_opens_before_it_closes"), transaction.atomic():
        OfficeSession.objects.create(agency=world.ward, opens_at="13:00", closes_at="12:00")
