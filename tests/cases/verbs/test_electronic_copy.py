"""certify_electronically: a certified copy in electronic form, signed by the head and handed in again (R36)."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from cases import citizens, queries, rules, services, verification
from cases.enums import DocumentSource, EventKind, State
from cases.errors import BadFile, Invalid, NotPermitted, NotPossibleNow
from cases.models import Dossier, IssuedResult, RegisterBook, RegisterEntry, StoredPaper
from cases.registers import register_payload
from cases.services.results import sign_result
from cases.services.store import reuse_offers
from procedures.models import Component, Procedure
from tests import signing as keys
from tests.cases.certifying import COPIES, SIGNATURES, certify, counter
from tests.cases.helpers import fresh, kinds, refused, refused_to_everybody_but
from tests.cast import pdf, upload
from tests.notifications.builders import text_of
from tests.notifications.test_pdf_signatures import signed

__all__ = ["counter"]

_picture = BytesIO()
Image.new("L", (20, 20)).save(_picture, "PNG")
PICTURE = _picture.getvalue()

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def office(settings, tmp_path):
    keys.connect(settings, tmp_path)


def copy(world, code: str = COPIES, content: bytes | None = None, **changes) -> RegisterEntry:
    facts = {
        "desk": world.ward,
        "by": world.clerk,
        "paper": "Giấy khai sinh",
        **changes,
    }
    scan = upload("ban-chinh.pdf", pdf(pages=3) if content is None else content)
    return services.certify_electronically(Procedure.objects.get(code=code), world.applicant, scan, **facts)


def test_the_copy_is_a_whole_dossier_with_a_number_that_waits_for_the_signature(counter, office):
    entry = copy(counter)
    dossier = fresh(entry.dossier)
    assert (dossier.state, dossier.balance, dossier.return_channel) == (State.PROCESSING, 0, "online")
    assert (entry.number, entry.pages, entry.copies, entry.is_electronic) == (1, 3, 1, True)
    assert entry.signer == "Trần Văn Lãnh Đạo"  # the head of the agency, whoever types
    assert entry.amount == 5_000  # three pages by the tariff of copies
    assert kinds(dossier)[-3:] == [
        EventKind.PAID,
        EventKind.DOCUMENT_ADDED,
        EventKind.RESULT_RECORDED,
    ]


def test_numbers_go_on_in_the_same_register(counter, office):
    assert [copy(counter).number, certify(counter).number, copy(counter).number] == [1, 2, 3]


def test_behind_the_scan_stand_the_words_with_the_number(counter, office):
    document = copy(counter).dossier.documents.get(source=DocumentSource.RESULT)
    content = document.file.open().read()
    assert (document.pages, len(PdfReader(BytesIO(content)).pages)) == (4, 4)
    words = " ".join(text_of(content).split())
    for part in (
        "Chứng thực bản sao điện tử này đúng với bản chính dạng văn bản giấy.",
        "Số chứng thực 01, quyển số 01/2026-SCT/BS",
        "(Ký số ở trang cuối)",
    ):
        assert part in words


def test_before_it_is_signed_it_is_nothing_to_anybody_outside(counter, office):
    dossier = fresh(copy(counter).dossier)
    scan = dossier.documents.get(source=DocumentSource.RESULT)
    assert (verification.by_file(scan.sha256), StoredPaper.objects.count()) == (None, 0)
    assert not (IssuedResult.objects.exists() or citizens.documents_of(dossier).exists())
    assert queries.sentence_of(dossier).startswith("Your certified copy is made; the head")
    assert rules.is_unsigned_copy(scan, dossier)  # of what the portal is told
    with refused(NotPossibleNow):
        services.settle(dossier, by=counter.clerk)


def test_what_is_handed_out_and_told_is_the_signed_copy_alone(counter, office):
    entry = copy(counter)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        signed_copy = sign_result(fresh(entry.dossier), by=counter.head)
    dossier = fresh(entry.dossier)
    assert dossier.state == State.PAID
    assert citizens.documents_of(dossier).get() == signed_copy
    results = dossier.documents.filter(source=DocumentSource.RESULT)
    assert [one for one in results if not rules.is_unsigned_copy(one, dossier)] == [signed_copy]


def test_a_wrong_scan_is_undone_before_it_is_signed_and_its_number_stays_void(counter, office):
    entry = copy(counter)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        dossier = services.undo(entry.dossier, by=counter.clerk, reason="Quét nhầm trang")
    entry.refresh_from_db()
    assert (dossier.state, dossier.finished_at, bool(entry.voided_at)) == (State.PROCESSING, None, True)
    assert not citizens.documents_of(dossier).exists()
    assert register_payload(entry.book).rows[0].paper == "Giấy khai sinh (bản sao điện tử) – ĐÃ HỦY"
    assert copy(counter).number == 2
    payment = dossier.payments.get()
    services.refund(dossier, by=counter.clerk, payment=payment, reason="Quét nhầm")
    services.withdraw(fresh(dossier), by=counter.clerk, reason="Làm lại")


def test_what_is_signed_is_not_undone_and_its_line_says_so_for_good(counter, office):
    entry = copy(counter)
    sign_result(fresh(entry.dossier), by=counter.head)
    with pytest.raises(NotPossibleNow):
        services.undo(entry.dossier, by=counter.clerk, reason="Quét nhầm")
    for change in ({"voided_at": timezone.now()}, {"signed_at": None}, {"paper": "Học bạ"}):
        with pytest.raises(Error), transaction.atomic():
            RegisterEntry.objects.update(**change)


def test_signed_it_is_verified_by_anybody_and_kept_under_the_name_of_the_paper(counter, office):
    entry = copy(counter)
    signed_copy = sign_result(fresh(entry.dossier), by=counter.head)
    verified = verification.by_file(signed_copy.sha256)
    assert verified.counts
    assert verified.issued.certificate
    paper = StoredPaper.objects.get()
    assert (paper.name, paper.document) == ("Giấy khai sinh", signed_copy)
    # It may be the paper of a child, or one that holds no longer: it is offered for nothing by itself.
    component = Component.objects.create(
        version=counter.free.versions.get(), position=9, name_vi="Giấy  khai sinh", name_en="Birth"
    )
    assert component.pk not in reuse_offers(counter.free.versions.get(), entry.dossier.applicant)


def test_without_the_signature_it_is_not_handed_over(counter, office):
    entry = copy(counter)
    facts = {"by": counter.clerk, "proof": "electronic"}
    with refused(NotPossibleNow, "not_signed"):
        services.return_result(entry.dossier, **facts)
    sign_result(fresh(entry.dossier), by=counter.head)
    assert services.return_result(entry.dossier, **facts).state == State.RETURNED


def test_only_the_head_signs(counter, office):
    entry = copy(counter)
    refused_to_everybody_but(
        counter, counter.head, act=lambda person: sign_result(fresh(entry.dossier), by=person)
    )


def test_where_nobody_can_sign_it_says_so_and_no_number_is_used(counter):
    with refused(NotPossibleNow, "not_connected") as caught:
        copy(counter)
    assert caught.value.sentence == (
        "It cannot be signed: UBND phường Thử Nghiệm has no signing key here. Certify on paper instead."
    )
    assert not RegisterBook.objects.exists()


@pytest.mark.parametrize(
    "content", [PICTURE, b"", b"MZ", pdf()[:200]], ids=["picture", "empty", "program", "half"]
)
def test_what_is_no_scan_is_refused_and_no_number_is_used(counter, office, content):
    with pytest.raises(BadFile):
        copy(counter, content=content)
    assert not (RegisterBook.objects.exists() or Dossier.objects.exists())


def test_an_electronic_original_is_not_copied(counter, office):
    with pytest.raises(BadFile, match="is signed already"):
        copy(counter, content=signed())


def test_only_copies_are_made_electronically_and_only_by_who_decides_at_the_counter(counter, office):
    with refused(Invalid, "no_electronic_copy"):
        copy(counter, SIGNATURES)
    with refused(NotPermitted):
        copy(counter, by=counter.outsider_clerk)
    counter.clerk.decides_at_counter = False
    counter.clerk.save()
    with refused(NotPermitted):
        copy(counter)


# The page ------------------------------------------------------------------------------------------

PAGE = "admin:electronic_copy"


def sent(client, form, **changes):
    facts = {
        "nonce": form["nonce"].value(),
        "procedure": COPIES,
        "full_name": "Nguyễn Thị Ví Dụ",
        "id_number": "040000000001",
        "address": "",
        "paper": "2",
        "method": "cash",
        "original": SimpleUploadedFile("ban-chinh.pdf", pdf(), "application/pdf"),
        **changes,
    }
    return client.post(reverse(PAGE), facts, follow=True).content.decode()


def test_from_the_page_to_the_dossier_and_twice_is_once(counter, office, client):
    client.force_login(counter.clerk)
    form = client.get(reverse(PAGE)).context["form"]
    for _time in range(2):
        assert "Entered as number 01, 01/2026-SCT/BS." in sent(client, form)
    (entry,) = RegisterEntry.objects.all()
    assert (entry.paper, entry.is_electronic) == ("Giấy khai sinh", True)
    assert "This page has already made an entry" in sent(client, form, paper="Học bạ")


def test_the_page_says_when_nobody_can_sign(counter, client):
    client.force_login(counter.clerk)
    page = client.get(reverse(PAGE)).content.decode()
    assert "It cannot be signed: UBND phường Thử Nghiệm has no signing key here." in page
    assert 'name="original"' not in page
    assert not IssuedResult.objects.exists()
