"""certify: copies, signatures and extracts done while the person waits, as a whole dossier (R12)."""

from dataclasses import replace

import pytest
from django.core.files.storage import default_storage

from cases import deadlines
from cases.enums import EventKind, Provision, State
from cases.errors import Invalid, NotInForce, NotPermitted, NotPossibleNow
from cases.models import RegisterBook, RegisterEntry
from procedures.enums import RegisterKind
from procedures.models import Procedure, Secondment
from tests.cases.certifying import COPIES, EXTRACTS, SIGNATURES, certify, counter, words_of
from tests.cases.helpers import fresh, kinds, refused, refused_to_everybody_but
from tests.cast import local
from tests.notifications.builders import text_of

__all__ = ["counter"]


def test_r12_a_certified_copy_is_a_whole_dossier_without_a_receipt(counter):
    entry = certify(counter, pages=4, copies=2)
    dossier = fresh(entry.dossier)
    assert (dossier.state, dossier.code) == (State.RETURNED, "H41.101-261109-0001")
    assert (dossier.received_at, dossier.finished_at, dossier.returned_at) == (local("2026-11-09 09:00"),) * 3
    assert (dossier.receipt_wanted, dossier.book_number, dossier.subject) == (False, 1, "Giấy khai sinh")
    assert deadlines.punctuality(dossier.due_at, dossier.finished_at) != deadlines.Punctuality.LATE
    assert (dossier.result_number, dossier.result_signer) == ("01, 01/2026-SCT/BS", "Trần Văn Lãnh Đạo")
    assert (dossier.collector_name, dossier.collection_proof) == ("Nguyễn Thị Ví Dụ", "identity")


def test_r12_every_step_is_in_the_history(counter):
    assert kinds(certify(counter).dossier) == [
        EventKind.RECEIVED,
        EventKind.DIGITIZED,
        EventKind.STARTED,
        EventKind.REGISTERED,
        EventKind.DOCUMENT_ADDED,
        EventKind.RESULT_RECORDED,
        EventKind.PAID,
        EventKind.SETTLED,
        EventKind.RETURNED,
    ]


def test_r12_the_history_names_number_and_book(counter):
    event = certify(counter).dossier.events.get(kind=EventKind.REGISTERED)
    assert event.sentence == "Entered as number 1 in 01/2026-SCT/BS."
    assert event.actor_label == "Lê Thị Một Cửa"


def test_r12_a_receipt_is_there_when_it_is_asked_for(counter):
    assert certify(counter, receipt_wanted=True).dossier.receipt_wanted


def test_r14_what_was_shown_goes_back_and_needs_no_scan(counter):
    papers = certify(counter).dossier.components.values_list("provision", flat=True)
    assert set(papers) == {Provision.SHOWN}


@pytest.mark.parametrize(
    ("code", "pages", "copies", "amount"),
    [
        (COPIES, 1, 1, 2_000),
        (COPIES, 4, 2, 12_000),
        (COPIES, 500, 3, 600_000),
        (SIGNATURES, 7, 1, 10_000),
        (SIGNATURES, 7, 3, 30_000),
        (EXTRACTS, 1, 2, 16_000),
    ],
)
def test_r38_the_fee_follows_pages_and_copies(counter, code, pages, copies, amount):
    entry = certify(counter, code, pages=pages, copies=copies, method="transfer")
    payment = entry.dossier.payments.get()
    assert (entry.amount, payment.amount, payment.method) == (amount, amount, "transfer")
    assert (entry.pages, entry.copies, fresh(entry.dossier).balance) == (pages, copies, 0)


def test_r12_the_entry_says_what_was_certified_for_whom_and_by_whom(counter):
    entry = certify(counter, SIGNATURES, paper="  Giấy   ủy quyền ")
    assert (entry.number, entry.book.kind, entry.book.year) == (1, RegisterKind.SIGNATURES, 2026)
    assert (entry.book.agency, entry.at, entry.by) == (
        counter.ward,
        local("2026-11-09 09:00"),
        counter.clerk,
    )
    assert (entry.person, entry.paper, entry.signer) == (
        "Nguyễn Thị Ví Dụ",
        "Giấy ủy quyền",
        "Trần Văn Lãnh Đạo",
    )


def test_r36_the_words_of_the_certification_are_the_result(counter):
    entry = certify(counter, pages=4, copies=2)
    stored = entry.dossier.documents.get()
    assert (stored.source, stored.mime_type, stored.pages, stored.name) == (
        "result",
        "application/pdf",
        1,
        "copies-2026-00001.pdf",
    )
    said = text_of(words_of(entry))
    for part in (
        "Chứng thực bản sao đúng với bản chính.",
        "Số chứng thực 01, quyển số 01/2026-SCT/BS",
        "Nguyễn Thị Ví Dụ",
        "Giấy khai sinh",
        "Trần Văn Lãnh Đạo",
        "CHỦ TỊCH",
        "H41.101-261109-0001",
    ):
        assert part in said


def test_the_same_person_comes_for_one_paper_after_the_other(counter):
    numbers = [certify(counter, paper=paper).number for paper in ("Thẻ căn cước", "Giấy khai sinh")]
    assert numbers == [1, 2]


def test_somebody_without_a_number_is_served_too(counter):
    entry = certify(counter, SIGNATURES, applicant=replace(counter.applicant, id_number=""))
    assert "giấy tờ tùy thân số ……" in text_of(words_of(entry))


# Refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"paper": "  "}, "paper"),
        ({"paper": "\u200f\u202e"}, "paper"),
        ({"paper": "x" * 501}, "paper"),
        ({"signer": ""}, "signer"),
        ({"signer": "x" * 151}, "signer"),
        ({"pages": 0}, "quantities"),
        ({"pages": -3}, "quantities"),
        ({"copies": 10**9}, "quantities"),
        ({"copies": True}, "quantities"),
        ({"pages": 2.5}, "quantities"),
        ({"method": "shells"}, "method"),
    ],
)
def test_bad_input_makes_no_entry_and_uses_no_number(counter, change, field):
    with refused(Invalid) as caught:
        certify(counter, **change)
    assert caught.value.field == field
    assert certify(counter).number == 1


def test_a_certification_that_fails_leaves_no_page_behind(counter):
    certify(counter)
    folder = default_storage.listdir("2026/11")[1]
    with refused(Invalid):
        certify(counter, method="shells")
    assert default_storage.listdir("2026/11")[1] == folder


def test_a_name_of_more_than_300_characters_is_refused(counter):
    with refused(Invalid) as caught:
        certify(counter, applicant=replace(counter.applicant, full_name="Ô" * 301, id_number=""))
    assert caught.value.field == "full_name"


def test_signs_that_no_font_has_are_on_the_page_as_boxes(counter):
    name = "Nguyễn 😀 \u202eVí Dụ " + "Ô" * 250
    entry = certify(
        counter, applicant=replace(counter.applicant, full_name=name, id_number=""), paper="📄 Đơn"
    )
    said = text_of(words_of(entry))
    assert "Nguyễn □ Ví Dụ" in said
    assert "□ Đơn" in said


def test_r12_what_has_no_register_is_received_as_usual(counter):
    counter.free.versions.update(decided_at_once=True)
    with refused(Invalid, "no_register") as caught:
        certify(counter, counter.free.code)
    assert caught.value.sentence == (
        "“1.000001 Thủ tục không thu phí (EN)” is entered in no register. Receive it as usual."
    )


def test_r12_what_is_not_decided_at_once_is_received_as_usual(counter):
    Procedure.objects.get(code=COPIES).versions.update(decided_at_once=False)
    with refused(Invalid, "not_at_once"):
        certify(counter)


def test_r3_nothing_is_certified_against_a_procedure_that_is_not_in_force(counter):
    Procedure.objects.get(code=COPIES).versions.update(in_force_to="2026-11-08")
    with refused(NotInForce):
        certify(counter)


def test_a_closed_register_takes_nothing_more(counter, clock):
    certify(counter)
    RegisterBook.objects.update(closed_at=local("2026-11-09 09:00"))
    with refused(NotPossibleNow, "book_closed") as caught:
        certify(counter)
    assert caught.value.sentence == (
        "“Register of certified copies” 2026 of UBND phường Thử Nghiệm is closed: nothing is entered in it any "
        "more."
    )
    assert certify(counter, SIGNATURES).number == 1


# Who --------------------------------------------------------------------------------------------------


def test_nobody_else_certifies(counter):
    refused_to_everybody_but(counter, counter.clerk, act=lambda person: certify(counter, by=person))


def test_a_clerk_without_the_authorisation_does_not_certify(counter):
    counter.clerk.decides_at_counter = False
    counter.clerk.save()
    with refused(NotPermitted, "not_permitted"):
        certify(counter)


def test_at_the_centre_nobody_certifies_for_a_ward(counter):
    counter.centre_clerk.decides_at_counter = True
    counter.centre_clerk.save()
    with pytest.raises((NotPermitted, Invalid)):
        certify(counter, desk=counter.centre, by=counter.centre_clerk)
    assert not RegisterEntry.objects.exists()


def test_the_authority_does_not_go_along_to_another_agency(counter):
    Secondment.objects.create(
        staff=counter.clerk,
        agency=counter.other_ward,
        first="2026-11-09",
        last="2026-11-10",
        decision="12/QĐ",
        recorded_by=counter.head,
        recorded_at=local("2026-11-09 08:00"),
    )
    clerk = type(counter.clerk).objects.get(pk=counter.clerk.pk)
    with refused(NotPermitted):
        certify(counter, desk=counter.other_ward, by=clerk)
