"""History: facts with data, one row per verb, a sentence for the reader's language; nothing is deleted (R43)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import ProtectedError
from django.utils import translation

from cases import services
from cases.enums import EVENT_SENTENCES, EventKind
from cases.models import CitizenAccount, Dossier, DossierEvent
from cases.services import revisions
from cases.services.accounts import new_citizen
from cases.services.applicants import find_or_add
from cases.services.calendar_moves import apply_approved
from cases.services.corrections import report_loss
from cases.services.late_acts import escalate, remind
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.certifying import certify, counter
from tests.cases.helpers import fresh, kinds, make_person, said
from tests.cast import local, upload

__all__ = ["counter"]


def live_through_everything(world, clock) -> list[Dossier]:
    """Dossiers in whose history every kind of event happens."""
    filing = world.submit(world.paid)
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    services.complete_filing(filing)
    dossier = services.receive_filing(filing, by=world.clerk)
    world.scan(dossier)
    services.digitize(dossier, by=world.clerk)
    services.start(dossier, by=world.officer)
    services.hand_over(dossier, by=world.officer, to=world.supervisor)
    services.request_supplement(dossier, by=world.head, reason="Còn thiếu", items=["Văn bản ủy quyền"])
    clock.move_to("2026-11-10 09:00")
    services.resume(dossier, by=world.clerk)
    services.draft_apology(dossier)
    clock.move_to("2026-11-16 09:00")
    services.flag_overdue()
    services.issue_apology(
        dossier, by=world.head, reason="Cần xác minh", new_due_at=local("2026-11-19 17:00")
    )
    services.pay(dossier, by=world.clerk, amount=15000)
    world.record_result(dossier)
    services.return_result(dossier, by=world.clerk, collector="Nguyễn Thị Ví Dụ", proof="receipt")
    refused = services.refuse(world.submit(), by=world.clerk, reason="Không thuộc thẩm quyền")
    withdrawn = services.withdraw(world.receive(), by=world.clerk, reason="Đổi ý")
    stopped = world.supplement()
    clock.move_to("2026-12-31 09:00")
    services.remind_supplements()
    services.stop(stopped, by=world.supervisor, reason="Không bổ sung")
    return [fresh(one) for one in (dossier, refused, withdrawn, stopped)]


def live_with_other_agencies_and_other_dates(world, clock) -> None:
    """An extension, a period that does not count, a clarification, and a question that is answered late."""
    world.free.versions.update(
        extension_mode="add",
        extension_amount=3,
        extension_unit="working_day",
        excluded_periods=[{"name_vi": "Niêm yết", "name_en": "Posting"}],
    )
    dossier = world.processing()
    services.extend(dossier, by=world.officer, reason="Cần xác minh")
    posting = {"name": "Niêm yết", "first": date(2026, 11, 10), "last": date(2026, 11, 10)}
    services.exclude_period(dossier, by=world.officer, **posting)
    services.clarify(dossier, by=world.officer, question="Nơi ở hiện nay?", ground="Luật X, Điều Y")
    asked = services.consult(
        dossier, by=world.officer, agency=world.other_ward, question="Xác minh", working_hours=Decimal(4)
    )
    clock.move_to("2026-11-10 09:00")
    services.alert_late_consultations()
    services.answer_consultation(asked, by=world.outsider_officer, answer="Đúng")
    clock.move_to("2026-11-09 09:00")


def live_with_what_no_verb_foresees(world) -> None:
    """A paper beyond the list, lost papers, an absent officer, and a day off that is announced late."""
    dossier = world.processing()
    services.demand(dossier, by=world.officer, paper="Bản sao sổ hộ khẩu", legal_text="Luật X, Điều Y")
    report_loss(dossier, by=world.clerk, papers=["Giấy khai sinh bản chính"])
    absent = {"first": date(2026, 11, 9), "last": date(2026, 11, 9), "substitute": world.second_officer}
    services.record_absence(world.officer, by=world.supervisor, **absent)
    chief = make_person("giam-sat-tinh", world.province, Role.SUPERVISOR)
    day = revisions.DayFacts(date(2026, 11, 11), name_vi="Nghỉ đột xuất", name_en="Extra day off")
    change = revisions.propose(None, reason="Nghỉ đột xuất", legal_reference="99/TB-VD", days=[day], by=chief)
    revisions.approve(change, by=chief)
    apply_approved()


def live_at_the_desk(counter) -> None:
    """What was done wrongly and is put right, money that is not owed, and a certified copy."""
    world = counter
    dossier = world.receive(world.paid)
    world.scan(dossier)
    document = services.turn_pages(dossier.documents.first(), by=world.clerk, degrees=90)
    services.remove_document(document, by=world.clerk, reason="Quét nhầm")
    world.scan(dossier)
    services.waive(dossier, by=world.clerk, fee=dossier.fees.get(), amount=5000, ground="Hộ nghèo")
    payment = services.pay(dossier, by=world.clerk, amount=10000)
    services.refund(dossier, by=world.clerk, payment=payment, reason="Thu nhầm hồ sơ")
    services.digitize(dossier, by=world.clerk)
    services.assign(dossier, by=world.supervisor, to=world.officer)
    services.start(dossier, by=world.officer)
    services.undo(dossier, by=world.officer, reason="Bấm nhầm")
    certify(world)


def live_late(world, clock) -> None:
    """Somebody is reminded of a delay, it is reported upwards, and the ladder tells of it on its own."""
    chief = make_person("lanh-dao-tinh", world.province, Role.SUPERVISOR)
    chief.email = "tinh@nghean.example"
    chief.save()
    clock.move_to("2026-11-10 09:00")
    dossier = world.processing()
    clock.move_to("2026-11-20 09:00")
    remind(dossier, by=world.supervisor)
    escalate(dossier, by=world.supervisor, note="Xin chỉ đạo")
    services.climb_ladders()


def live_online(world) -> None:
    """The applicant answers from home what the office asks for."""
    account = new_citizen(Staff(), world.applicant.full_name)
    account.save()
    CitizenAccount.objects.create(user=account, applicant=find_or_add(world.applicant, seen=False))
    services.answer_supplement(world.supplement(), by=account, papers=[(None, upload())])


def test_history_of_a_whole_life_reads_like_a_story(world, clock, english):
    dossier = live_through_everything(world, clock)[0]
    assert [
        (f"{local_minute(event)}", event.actor_label, event.to_state, event.sentence)
        for event in dossier.events.all()
    ] == [
        (
            "09 09:00",
            "Nguyễn Thị Ví Dụ",
            "submitted",
            "Filed (Online); it counts as received at 09/11/2026 09:00.",
        ),
        (
            "09 09:00",
            "Lê Thị Một Cửa",
            "submitted",
            "The applicant was asked to complete the filing: Thiếu chữ ký",
        ),
        ("09 09:00", "Nguyễn Thị Ví Dụ", "submitted", "The applicant completed the filing."),
        ("09 09:00", "Lê Thị Một Cửa", "received", "Received; the result is due at 12/11/2026 17:00."),
        ("09 09:00", "Lê Thị Một Cửa", "received", "Document added: giay-to.pdf."),
        ("09 09:00", "Lê Thị Một Cửa", "digitized", "Digitized and handed over to UBND phường Thử Nghiệm."),
        ("09 09:00", "Phạm Văn Thụ Lý", "processing", "Taken over by Phạm Văn Thụ Lý."),
        ("09 09:00", "Phạm Văn Thụ Lý", "processing", "Handed over to the step “Ký duyệt”."),
        ("09 09:00", "Trần Văn Lãnh Đạo", "supplement", "Supplement requested: Còn thiếu"),
        (
            "10 09:00",
            "Lê Thị Một Cửa",
            "processing",
            "Supplement complete; the limit starts afresh, due at 13/11/2026 17:00 instead of 12/11/2026 17:00.",
        ),
        (
            "10 09:00",
            "",
            "processing",
            "A letter of apology was drafted; it should go out by 12/11/2026 17:00.",
        ),
        ("16 09:00", "", "processing", "Past its due moment (13/11/2026 17:00) without a result."),
        (
            "16 09:00",
            "Trần Văn Lãnh Đạo",
            "processing",
            "Apology 01/PXL issued: due at 19/11/2026 17:00 instead of 13/11/2026 17:00. Reason: Cần xác minh",
        ),
        ("16 09:00", "Lê Thị Một Cửa", "processing", "15.000 VND taken, receipt H41.101/2026/000001."),
        ("16 09:00", "Phạm Văn Thụ Lý", "processing", "Document added: ket-qua.pdf."),
        ("16 09:00", "Phạm Văn Thụ Lý", "processing", "Result recorded: Granted."),
        ("16 09:00", "", "paid", "Nothing is owed; the result is ready to be collected."),
        ("16 09:00", "Lê Thị Một Cửa", "returned", "Result handed over to Nguyễn Thị Ví Dụ."),
    ]


def local_minute(event: DossierEvent) -> str:
    return f"{event.at.astimezone(local('2026-11-09 09:00').tzinfo):%d %H:%M}"


def test_every_kind_of_event_happens_and_has_a_sentence_in_both_languages(world, counter, clock):
    live_at_the_desk(counter)
    live_with_other_agencies_and_other_dates(world, clock)
    live_through_everything(world, clock)
    clock.move_to("2026-11-09 09:00")
    live_online(world)
    live_with_what_no_verb_foresees(world)
    live_late(world, clock)
    events = list(DossierEvent.objects.all())
    assert {event.kind for event in events} == set(EventKind) == set(EVENT_SENTENCES)
    for language in ("vi", "en"):
        with translation.override(language):
            sentences = [event.sentence for event in events]
        assert [sentence for sentence in sentences if not sentence or "%(" in sentence] == []


def test_a_sentence_speaks_the_language_of_the_reader_from_the_same_row(world):
    event = world.submit().events.get()
    with translation.override("en"):
        english = event.sentence
    with translation.override("vi"):
        assert english != event.sentence
    assert event.data == {"channel": "online", "counts_from": "09/11/2026 09:00"}


def test_an_event_keeps_the_name_of_the_day_although_the_person_is_renamed(world):
    dossier = world.receive()
    world.clerk.full_name = "Lê Thị Đổi Tên"
    world.clerk.save()
    assert dossier.events.get().actor_label == "Lê Thị Một Cửa"
    assert dossier.events.get().actor.full_name == "Lê Thị Đổi Tên"


def test_a_person_in_the_history_cannot_be_deleted(world):
    world.receive()
    with pytest.raises(ProtectedError):
        world.clerk.delete()


def test_every_verb_adds_exactly_one_event_and_files_add_one_each(world):
    dossier = world.receive()
    assert kinds(dossier) == ["received"]
    world.scan(dossier)
    services.digitize(dossier, by=world.clerk)
    services.start(dossier, by=world.officer)
    assert kinds(dossier) == ["received", "document_added", "digitized", "started"]
    world.record_result(dossier)
    assert kinds(dossier)[4:] == ["document_added", "result_recorded", "settled"]


def test_events_are_read_in_the_order_in_which_they_happened(world, clock):
    dossier = world.receive()
    clock.move_to("2026-11-10 09:00")
    services.withdraw(dossier, by=world.clerk, reason="Đổi ý")
    assert [said(event)[0] for event in dossier.events.all()] == ["received", "withdrawn"]
    assert [event.at for event in dossier.events.all()] == [
        local("2026-11-09 09:00"),
        local("2026-11-10 09:00"),
    ]


def test_a_backdated_reception_is_recorded_when_it_was_entered_and_says_when_it_happened(world):
    """The time of the click cannot be forged; the time of the reception is a fact of the row (R43)."""
    event = world.receive(received_at=local("2026-11-06 15:01")).events.get()
    assert event.at == local("2026-11-09 09:00")
    assert event.data == {"due": "11/11/2026 17:00", "received_at": "06/11/2026 15:01"}
