"""Signed files that come in, and results that the office signs and anybody can verify (R36)."""

from io import BytesIO

import pytest
import typst
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from cases import queries, services, verification
from cases.citizens import documents_of
from cases.enums import DocumentSource
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import DocumentSignature, IssuedResult, SignatureCheck, StoredPaper
from cases.result_codes import result_code
from cases.services import signatures
from cases.services.results import may_sign_result, sign_result
from cases.services.signatures import check_waiting, look_at
from notifications.errors import SigningFailed
from tests import signing as keys
from tests.cases.helpers import fresh, refused_to_everybody_but
from tests.cast import pdf, upload
from tests.notifications.test_pdf_signatures import signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def office(settings, tmp_path):
    keys.connect(settings, tmp_path)


def add(world, content: bytes, dossier=None):
    dossier = dossier or world.receive()
    return services.add_document(dossier, upload("don.pdf", content), by=world.clerk)


# What comes in ----------------------------------------------------------------------------------------


def test_a_signed_file_waits_and_is_looked_at_by_a_worker(world, office):
    document = add(world, signed())
    assert (document.signature_check.checked_at, document.signatures.count()) == (None, 0)
    assert check_waiting() == 1
    (one,) = document.signatures.all()
    assert (one.signer, one.integrity, one.trust, one.holds) == (
        f"{keys.SIGNER}, {keys.ORGANIZATION}",
        "intact",
        "trusted",
        True,
    )
    assert SignatureCheck.objects.get().checked_at is not None
    assert check_waiting() == 0


HOLLOW = b"-----BEGIN CERTIFICATE-----\nMAIwAA==\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("roots", [None, b"", b"rubbish", HOLLOW], ids=["away", "empty", "rubbish", "hollow"])
def test_with_roots_that_cannot_be_read_files_go_on_waiting(world, office, settings, tmp_path, roots):
    settings.SIGNING_ROOTS = str(tmp_path / "goc.pem")
    if roots is not None:
        (tmp_path / "goc.pem").write_bytes(roots)
    add(world, signed())
    with pytest.raises(SigningFailed, match="SIGNING_ROOTS"):
        check_waiting()
    check = SignatureCheck.objects.get()
    assert (check.checked_at, check.attempts) == (None, 0)


def test_an_unsigned_file_waits_for_nothing(world):
    add(world, pdf())
    assert not SignatureCheck.objects.exists()


def test_a_broken_one_is_a_sentence(world):
    document = add(world, signed().replace(b"/Contents <3", b"/Contents <0", 1))
    check_waiting()
    check = SignatureCheck.objects.get(document=document)
    assert (check.fault, check.get_fault_display()) == ("unreadable", "they are broken")


def test_what_took_workers_down_is_given_up(world):
    check = SignatureCheck.objects.get(document=add(world, signed()))
    SignatureCheck.objects.update(attempts=2)
    look_at(SignatureCheck.objects.select_related("document").get(pk=check.pk))
    assert SignatureCheck.objects.get().fault == "too_much"


def test_what_was_tried_before_comes_last(world, monkeypatch):
    tried, new = (SignatureCheck.objects.get(document=add(world, signed())) for _file in range(2))
    SignatureCheck.objects.filter(pk=tried.pk).update(attempts=1)
    seen = []

    def look(check):
        seen.append(check)
        SignatureCheck.objects.filter(pk=check.pk).update(checked_at=check.document.added_at)

    monkeypatch.setattr(signatures, "look_at", look)
    assert check_waiting() == 2
    assert seen == [new, tried]


def test_a_run_begins_nothing_after_its_time(world, monkeypatch):
    add(world, signed())
    monkeypatch.setattr(signatures, "SECONDS_PER_RUN", 0)
    assert check_waiting() == 0


def test_a_file_that_is_not_there_is_said_to_be_lost(world):
    document = add(world, signed())
    document.file.storage.delete(document.file.name)
    check_waiting()
    assert SignatureCheck.objects.get().fault == "lost"


def test_what_was_judged_is_not_changed_and_goes_with_its_file(world):
    document = add(world, signed())
    check_waiting()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        DocumentSignature.objects.update(trust="trusted")
    services.remove_document(document, by=world.clerk, reason="Nhầm hồ sơ")
    assert not DocumentSignature.objects.exists()


def test_a_turned_scan_is_looked_at_anew(world):
    document = add(world, signed())
    check_waiting()
    services.turn_pages(document, by=world.clerk, degrees=90)
    assert not DocumentSignature.objects.exists()
    check_waiting()
    (one,) = DocumentSignature.objects.all() or [None]
    assert one is None or not one.holds


# What goes out ----------------------------------------------------------------------------------------


def test_a_recorded_result_is_registered_with_its_hash(world):
    dossier = world.with_result()
    document = dossier.documents.get(source=DocumentSource.RESULT)
    issued = IssuedResult.objects.get()
    assert (issued.code, issued.sha256, issued.reference) == (
        result_code(dossier),
        document.sha256,
        dossier.code,
    )
    assert (issued.agency, issued.kind, issued.certificate) == (dossier.competent_agency, "granted", "")


def test_the_head_signs_it_with_a_page_that_leads_to_its_verification(world, office):
    dossier = world.with_result()
    original = dossier.documents.get(source=DocumentSource.RESULT)
    copy = sign_result(dossier, by=world.head)
    with queries.open_file(copy) as file:
        content = file.read()
    last = PdfReader(BytesIO(content)).pages[-1].extract_text()
    assert "TRANG XÁC THỰC KẾT QUẢ ĐIỆN TỬ" in last
    assert original.sha256[:16] in last.replace("\u200b", "")
    check_waiting()
    (one,) = copy.signatures.all()
    assert (one.integrity, one.trust) == ("intact", "trusted")
    assert [row.certificate != "" for row in IssuedResult.objects.order_by("pk")] == [False, True]
    assert StoredPaper.objects.get().document == copy
    assert documents_of(fresh(dossier)).filter(source=DocumentSource.RESULT).get() == copy
    assert dossier.documents.filter(pk=original.pk).exists()
    assert (copy.pages, copy.sha256) == (2, IssuedResult.objects.latest("pk").sha256)


def test_the_mark_of_the_signature_stands_on_free_space_of_the_added_page(world, office, monkeypatch):
    """A result whose pages are full to the edges keeps them as they are, and nothing is drawn over them."""
    full = typst.compile(b"#set page(margin: 2pt)\n#lorem(1600)")
    dossier = world.processing()
    monkeypatch.setattr("tests.cast.upload", lambda name: upload(name, full))
    copy = sign_result(world.record_result(dossier), by=world.head)
    with queries.open_file(copy) as file:
        *pages, added = PdfReader(BytesIO(file.read())).pages
    before = PdfReader(BytesIO(full)).pages
    assert [page.extract_text() for page in pages] == [page.extract_text() for page in before]
    assert not any("/Annots" in page for page in pages)
    (mark,) = (one.get_object() for one in added["/Annots"])
    left, bottom, right, top = (float(number) for number in mark["/Rect"])
    assert 0 <= left < right <= added.mediabox.width
    assert 0 <= bottom < top <= added.mediabox.height
    under = []

    def look(text, _around, matrix, *_font):
        if text.strip() and left < matrix[4] < right and bottom < matrix[5] < top:
            under.append(text)

    added.extract_text(visitor_text=look)
    assert under == []


def test_only_the_head_signs(world, office):
    dossier = world.with_result()
    refused_to_everybody_but(world, world.head, act=lambda person: sign_result(dossier, by=person))


def test_it_is_signed_once_and_only_where_there_is_a_key(world, office, settings):
    dossier = world.with_result()
    sign_result(dossier, by=world.head)
    with pytest.raises(NotPossibleNow, match="signed already"):
        sign_result(dossier, by=world.head)
    settings.SIGNING_PKCS12 = ""
    assert not may_sign_result(world.with_result(), world.head)


def test_before_there_is_a_result_nothing_is_signed(world, office):
    with pytest.raises(NotPossibleNow, match="between its recording and its return"):
        sign_result(world.processing(), by=world.head)


def test_a_key_that_does_not_open_changes_nothing(world, office, settings):
    dossier = world.with_result()
    settings.SIGNING_PASSPHRASE = "sai"
    with pytest.raises(Invalid, match="the signing key does not open"):
        sign_result(dossier, by=world.head)
    assert dossier.documents.filter(source=DocumentSource.RESULT).count() == 1


def test_what_is_signed_already_is_left_as_it_is(world, office):
    dossier = services.record_result(
        world.processing(), upload("kq.pdf", signed()), by=world.officer, number="1", signer="A"
    )
    with pytest.raises(NotPossibleNow, match="has signatures already"):
        sign_result(dossier, by=world.head)


# What can be verified -----------------------------------------------------------------------------------


def test_code_and_beginning_of_the_hash_find_it_however_they_are_typed(world):
    issued = IssuedResult.objects.get(reference=world.with_result().code)
    digits = issued.sha256[:16].upper()
    found = verification.by_code(f" {issued.code.lower()} ", f"{digits[:8]} {digits[8:]}")
    assert (found.issued, found.counts, found.is_file) == (issued, True, False)


@pytest.mark.parametrize("proof", ["", "0" * 16, "a" * 11, "%", "a" * 100])
def test_without_the_hash_nothing_is_said(world, proof):
    issued = IssuedResult.objects.get(reference=world.with_result().code)
    assert verification.by_code(issued.code, proof) is None
    assert verification.by_code(issued.code, issued.sha256[:11]) is None


def test_an_undone_result_counts_no_longer_and_the_new_one_is_named(world):
    dossier = world.with_result()
    first = IssuedResult.objects.get()
    services.undo(dossier, by=world.officer, reason="Nhầm số")
    assert verification.by_file(first.sha256).counts is False
    world.record_result(fresh(dossier))
    found = verification.by_file(first.sha256)
    assert (found.counts, found.newer.pk) == (False, IssuedResult.objects.latest("pk").pk)


def test_a_correction_takes_the_place_of_the_first_result(world):
    dossier = world.returned()
    first = IssuedResult.objects.get()
    correction = services.receive_correction(dossier, by=world.clerk, reason="Sai ngày sinh")
    services.digitize(correction, by=world.clerk)
    services.start(correction, by=world.officer)
    assert verification.by_file(first.sha256).counts is True
    correction = world.record_result(fresh(correction))
    found = verification.by_file(first.sha256)
    assert (found.counts, found.correction.code) == (False, result_code(correction))
    assert verification.by_file(found.correction.sha256).counts is True


def correct(world, dossier):
    correction = services.receive_correction(dossier, by=world.clerk, reason="Sai ngày sinh")
    services.digitize(correction, by=world.clerk)
    services.start(correction, by=world.officer)
    recorded = world.record_result(fresh(correction))
    collector = recorded.applicant.full_name
    return services.return_result(recorded, by=world.clerk, collector=collector, proof="receipt")


def what_counts_instead_of(dossier) -> str:
    issued = IssuedResult.objects.filter(code=result_code(dossier)).first()
    found = verification.by_code(issued.code, issued.sha256[:16])
    return "" if found.counts else found.correction.code


def test_of_two_corrections_of_one_result_the_later_counts(world):
    dossier = world.returned()
    first, second = correct(world, dossier), correct(world, fresh(dossier))
    assert what_counts_instead_of(dossier) == what_counts_instead_of(first) == result_code(second)
    assert what_counts_instead_of(second) == ""


def test_a_chain_of_corrections_leads_to_its_end(world):
    dossier = world.returned()
    second = correct(world, dossier)
    third = correct(world, second)
    assert what_counts_instead_of(dossier) == what_counts_instead_of(second) == result_code(third)
    assert what_counts_instead_of(third) == ""


def test_the_register_is_neither_changed_nor_emptied(world):
    world.with_result()
    for act in (
        lambda: IssuedResult.objects.update(sha256="0" * 64),
        lambda: IssuedResult.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    services.undo(world.with_result(), by=world.officer, reason="Nhầm")
    with pytest.raises(DatabaseError), transaction.atomic():
        IssuedResult.objects.filter(taken_back_at__isnull=False).update(taken_back_at=None)


def test_only_people_of_the_office_see_why(world, office):
    with pytest.raises(NotPermitted, match="are signed by its head"):
        sign_result(world.with_result(), by=world.officer)
