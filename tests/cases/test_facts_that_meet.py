"""Facts that meet on one dossier – arrival, apology, extension, calendar, regime – and still give one promise."""

from datetime import date

import pytest

from cases import ledger, services
from cases.enums import Provision
from cases.facts import facts_of
from cases.models import Dossier
from cases.printouts import receipt_payload
from cases.queries import promise_of
from cases.regime import mechanism_of
from cases.services import calendar_moves, calendar_preview, revisions
from procedures.calendars import calendar_for
from procedures.enums import AgencyKind, Channel, ExtensionMode, Level, Role
from procedures.models import Agency, Staff
from tests.cases.helpers import fresh
from tests.cast import local, make_procedure, upload

pytestmark = pytest.mark.usefixtures("english")


def agrees_with_its_facts(dossier: Dossier) -> bool:
    counted = ledger.clock(facts_of(dossier), calendar_for(dossier.competent_agency))
    return (counted.due_at, counted.provisional) == (dossier.due_at, dossier.due_is_provisional)


def received_for_the_ward(world) -> Dossier:
    dossier = world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    for paper in dossier.components.filter(provision=Provision.PAPER):
        services.add_document(dossier, upload(), by=world.centre_clerk, component=paper)
    return dossier


def test_a_dossier_that_arrives_after_the_day_an_apology_promised_is_still_handed_over(world, clock):
    dossier = received_for_the_ward(world)
    clock.move_to("2026-11-11 09:00")
    promised = local("2026-11-13 17:00")
    services.issue_apology(dossier, by=world.head, reason="Đường bị ngập", new_due_at=promised)
    clock.move_to("2026-11-16 09:00")
    services.digitize(dossier, by=world.centre_clerk)
    dossier = fresh(dossier)
    assert (dossier.state, dossier.due_at) == ("digitized", promised)
    assert agrees_with_its_facts(dossier)


def test_an_agreed_date_stands_when_the_calendar_moves_the_limit_beyond_it(world, clock):
    procedure = make_procedure("1.000030", "Thủ tục có thỏa thuận gia hạn")
    procedure.versions.update(extension_mode=ExtensionMode.AGREED)
    dossier = world.processing(procedure)
    services.extend(dossier, by=world.officer, reason="Theo thỏa thuận", agreed_on=date(2026, 11, 13))
    keeper = Staff.objects.create(username="lich", role=Role.SYSTEM_ADMIN, is_staff=True)
    day_off = revisions.DayFacts(date=date(2026, 11, 11), name_vi="Nghỉ đột xuất")
    later = revisions.DayFacts(date=date(2026, 11, 12), name_vi="Nghỉ đột xuất")
    change = revisions.propose(
        None, reason="Nghỉ đột xuất", legal_reference="99/TB-VD", days=[day_off, later], by=keeper
    )
    assert calendar_preview.preview(change).uncountable == []
    revisions.approve(change, by=keeper)
    calendar_moves.apply_approved()
    dossier = fresh(dossier)
    # Three working days without the 11th and the 12th end on the 16th, after the date that was agreed.
    assert dossier.due_at == local("2026-11-16 17:00")
    assert agrees_with_its_facts(dossier)
    assert promise_of(dossier).days[-1].date == date(2026, 11, 16)


def test_an_apology_into_a_year_without_an_official_calendar_is_provisional(world, clock):
    clock.move_to("2026-12-28 09:00")
    dossier = world.processing()
    assert dossier.due_is_provisional is False
    services.issue_apology(
        dossier, by=world.head, reason="Cần xác minh", new_due_at=local("2027-03-10 17:00")
    )
    assert agrees_with_its_facts(fresh(dossier))


def test_the_receipt_tells_extension_and_apology_apart(world, clock):
    procedure = make_procedure("1.000031", "Thủ tục có gia hạn")
    procedure.versions.update(
        extension_mode=ExtensionMode.ADD, extension_amount=3, extension_unit="working_day"
    )
    dossier = world.processing(procedure)
    services.extend(dossier, by=world.officer, reason="Cần xác minh")
    services.issue_apology(
        fresh(dossier), by=world.head, reason="Thiếu người", new_due_at=local("2026-11-27 17:00")
    )
    receipt = receipt_payload(fresh(dossier))
    assert receipt.due_at == local("2026-11-12 17:00")
    assert receipt.extended_due_at == local("2026-11-17 17:00")
    assert receipt.note == "Hẹn lại trả kết quả lúc 17:00 ngày 27/11/2026 (văn bản xin lỗi số 01/PXL)"


def test_the_law_follows_the_day_that_counts_and_not_the_hour_of_the_day_before(world, clock):
    department = Agency.objects.create(
        identifier="H41.20", name_vi="Sở Thử Nghiệm", kind=AgencyKind.DEPARTMENT, parent=world.province
    )
    procedure = make_procedure("1.000032", "Thủ tục cấp tỉnh", level=Level.PROVINCE)
    clock.move_to("2025-06-30 17:30")
    dossier = world.receive(procedure, desk=world.centre, by=world.centre_clerk, competent_agency=department)
    assert dossier.reception_day == date(2025, 7, 1)
    assert mechanism_of(dossier).name == "118/2025"


def test_the_law_of_an_online_filing_is_that_of_its_day_and_not_of_the_clerks_click(world, clock):
    clock.move_to("2026-08-04 10:00")
    filing = world.submit(channel=Channel.ONLINE)
    assert mechanism_of(filing).name == "118/2025"
    clock.move_to("2026-08-05 09:00")
    dossier = services.receive_filing(filing, by=world.clerk)
    assert mechanism_of(fresh(dossier)).name == "118/2025"
    assert dossier.reception_day == date(2026, 8, 4)
