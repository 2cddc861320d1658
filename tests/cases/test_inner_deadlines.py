"""A change of the calendar moves the deadlines inside the house too, without event and message (R24)."""

from datetime import date

import pytest

from cases import services
from cases.enums import RevisionState, State
from cases.models import CalendarRevision, Consultation, Dossier, DossierEvent
from cases.services import revisions
from cases.services.calendar_moves import apply_approved
from cases.services.revisions import DayFacts
from notifications.models import Message
from procedures.enums import DayKind, Role
from procedures.models import CalendarDay, ProcedureVersion
from procedures.signals import calendar_changed
from tests.cases.helpers import everything, fresh, make_person
from tests.cast import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TUESDAY = date(2026, 11, 10)


@pytest.fixture
def day_off(world):
    """`day_off(day)` makes that day one off, by a revision that has been applied."""
    chief = make_person("giam-sat-tinh", world.province, Role.SUPERVISOR)

    def revise(day: date = TUESDAY, agency=None) -> CalendarRevision:
        days = [DayFacts(day, name_vi="Nghỉ đột xuất", name_en="Extra day off")]
        revision = revisions.propose(
            agency, reason="Nghỉ đột xuất", legal_reference="TB", days=days, by=chief
        )
        revisions.approve(revision, by=chief)
        apply_approved()
        return revision

    return revise


def told() -> tuple[int, int]:
    return Message.objects.count(), DossierEvent.objects.exclude(kind="calendar_moved").count()


def ask(world, dossier, **deadline) -> Consultation:
    return services.consult(
        dossier, by=world.officer, agency=world.other_ward, question="Ranh giới?", **deadline
    )


def due_of(consultation: Consultation):
    return Consultation.objects.get(pk=consultation.pk).due_at


# Hand-over (R16) ------------------------------------------------------------------------------------


def test_the_hand_over_of_what_lies_at_the_desk_moves_with_the_day_off(world, clock, day_off):
    clock.move_to("2026-11-09 15:30")
    dossier = world.receive()
    world.scan(dossier)
    assert dossier.transfer_due_at == local("2026-11-10 08:30")
    day_off()
    assert fresh(dossier).transfer_due_at == local("2026-11-11 08:30")
    clock.move_to("2026-11-11 07:40")
    services.digitize(dossier, by=world.clerk)
    assert dossier.events.last().data["late_transfer"] is False
    assert list(Dossier.objects.late_transfer()) == []


def test_the_hand_over_counts_from_the_last_completion(world, clock, day_off):
    dossier = world.receive()
    Dossier.objects.filter(pk=dossier.pk).update(state=State.PROCESSING)
    services.request_supplement(dossier, by=world.officer, reason="Thiếu chữ ký", items=["Tờ khai"])
    Dossier.objects.filter(pk=dossier.pk).update(state_before_supplement=State.RECEIVED)
    clock.move_to("2026-11-09 15:30")
    resumed = services.resume(fresh(dossier), by=world.clerk)
    assert (resumed.state, resumed.transfer_due_at) == (State.RECEIVED, local("2026-11-10 08:30"))
    day_off()
    assert fresh(dossier).transfer_due_at == local("2026-11-11 08:30")


def test_what_was_handed_over_already_keeps_the_time_by_which_it_was_due(world, clock, day_off):
    clock.move_to("2026-11-09 15:30")
    dossier = world.digitized()
    day_off()
    assert fresh(dossier).transfer_due_at == local("2026-11-10 08:30")


def test_the_days_of_the_desk_count_for_the_hand_over(world, clock, day_off):
    """The centre receives for the ward: a day off of the ward is none of the desk's."""
    clock.move_to("2026-11-09 15:30")
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    day_off(agency=world.ward)
    assert fresh(dossier).transfer_due_at == local("2026-11-10 08:30")
    day_off(agency=world.centre)
    assert fresh(dossier).transfer_due_at == local("2026-11-11 08:30")


# Answers of other agencies (R20) --------------------------------------------------------------------


def test_the_answer_of_another_agency_moves_with_its_day_off(world, clock, day_off):
    consultation = ask(world, world.processing(), working_hours=8)
    assert consultation.due_at == local("2026-11-10 09:00")
    day_off(agency=world.ward)
    assert due_of(consultation) == local("2026-11-10 09:00")
    day_off(agency=world.other_ward)
    assert due_of(consultation) == local("2026-11-11 09:00")
    clock.move_to("2026-11-10 15:00")
    assert services.alert_late_consultations() == 0


def test_a_moment_that_was_named_moves_only_when_working_time_was_lost(world, day_off):
    """50 minutes are kept as 0.83 hours; the moment is not rounded by counting it again."""
    dossier = world.processing()
    soon = ask(world, dossier, due_at=local("2026-11-09 09:50"))
    evening = ask(world, dossier, due_at=local("2026-11-10 20:00"))
    day_off()
    assert (due_of(soon), due_of(evening)) == (local("2026-11-09 09:50"), local("2026-11-11 17:00"))


def test_what_waits_for_another_answer_or_has_been_answered_is_left_alone(world, day_off):
    dossier = world.processing()
    answered, first = (ask(world, dossier, working_hours=8) for _ in range(2))
    follower = ask(world, dossier, working_hours=8, after=first)
    services.answer_consultation(answered, by=world.outsider_officer, answer="Đúng")
    day_off()
    assert (due_of(answered), due_of(follower)) == (local("2026-11-10 09:00"), None)


# Answers to filings (R10) ---------------------------------------------------------------------------


def test_the_answer_to_a_filing_moves_with_the_day_off_of_its_desk(world, clock, day_off):
    clock.move_to("2026-11-09 15:00")
    filing = world.submit()
    assert filing.answer_due_at == local("2026-11-10 15:00")
    day_off(agency=world.other_ward)
    assert fresh(filing).answer_due_at == local("2026-11-10 15:00")
    day_off()
    assert fresh(filing).answer_due_at == local("2026-11-11 15:00")


def test_a_filing_that_waits_for_the_applicant_is_left_alone(world, clock, day_off):
    clock.move_to("2026-11-09 15:00")
    filing = world.submit()
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    day_off()
    assert fresh(filing).answer_due_at == local("2026-11-10 15:00")


def test_a_filing_that_cannot_be_counted_holds_up_nobody(world, clock, day_off, caplog):
    clock.move_to("2026-11-09 15:00")
    broken, sound = world.submit(world.paid), world.submit()
    answers = [{"channel": "online", "amount": "1.5", "unit": "calendar_day"}]
    ProcedureVersion.objects.filter(pk=broken.version_id).update(answer_limits=answers)
    day_off()
    assert [fresh(row).answer_due_at for row in (broken, sound)] == [
        local("2026-11-10 15:00"),
        local("2026-11-11 15:00"),
    ]
    assert f"the answer to filing {broken.pk} cannot be counted again" in caplog.text


# All of them ----------------------------------------------------------------------------------------


def test_nobody_is_told_and_nothing_is_noted(world, clock, day_off):
    ask(world, world.processing(), working_hours=8)
    clock.move_to("2026-11-09 15:30")
    world.receive()
    world.submit()
    Dossier.objects.filter(due_at__isnull=False).update(due_at=local("2026-11-13 17:00"))  # moved already
    before = told()
    day_off()
    assert told() == before


def test_a_day_that_bears_on_no_deadline_changes_none(world, clock, day_off):
    ask(world, world.processing(), due_at=local("2026-11-09 09:50"))
    clock.move_to("2026-11-09 15:30")
    world.receive()
    world.submit()
    before = everything()
    revision = day_off(date(2026, 12, 15))
    assert CalendarRevision.objects.get() == revision
    changed = {name for name, rows in everything().items() if rows != before[name]}
    assert not changed & {"cases.Dossier", "cases.Consultation"}


def test_a_filing_alone_has_the_change_of_the_calendar_applied(world, clock):
    clock.move_to("2026-11-09 15:00")
    filing = world.submit()
    CalendarDay.objects.create(date=TUESDAY, kind=DayKind.OTHER, name_vi="Nghỉ")
    calendar_changed.send(CalendarDay, agency=None, reason="Nạp lại lịch")
    assert apply_approved() == 0
    assert CalendarRevision.objects.get().state == RevisionState.DONE
    assert fresh(filing).answer_due_at == local("2026-11-11 15:00")
