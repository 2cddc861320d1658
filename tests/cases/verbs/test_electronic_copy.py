"""certify_electronically: a certified copy in electronic form, signed by the head and handed in again (R36)."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from cases import services, verification
from cases.enums import DocumentSource, EventKind, Provision, State
from cases.errors import BadFile, Invalid, NotPermitted, NotPossibleNow
from cases.models import Dossier, IssuedResult, RegisterBook, RegisterEntry, StoredPaper
from cases.services.checklist import ComponentFacts
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
        "signer": "Trần Văn Lãnh Đạo",
        **changes,
    }
    scan = upload("ban-chinh.pdf", pdf(pages=3) if content is None else content)
    return services.certify_electronically(Procedure.objects.get(code=code), world.applicant, scan, **facts)


def test_the_copy_is_a_whole_dossier_with_a_number_that_waits_for_the_signature(counter, office):
    entry = copy(counter)
    dossier = fresh(entry.dossier)
    assert (dossier.state, dossier.balance, dossier.return_channel) == (State.PAID, 0, "online")
    assert (entry.number, entry.pages, entry.copies, entry.is_electronic) == (1, 3, 1, True)
    assert entry.amount == 5_000  # three pages by the tariff of copies
    assert kinds(dossier)[-4:] == [
        EventKind.DOCUMENT_ADDED,
        EventKind.RESULT_RECORDED,
        EventKind.PAID,
        EventKind.SETTLED,
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


def test_signed_it_is_verified_by_anybody_and_stands_for_the_paper(counter, office):
    entry = copy(counter)
    (paper,) = StoredPaper.objects.all()
    assert paper.name != "Giấy khai sinh"  # before the signature it is nobody's birth certificate
    signed_copy = sign_result(fresh(entry.dossier), by=counter.head)
    verified = verification.by_file(signed_copy.sha256)
    assert verified.counts
    assert verified.issued.certificate
    paper.refresh_from_db()
    assert (paper.name, paper.document) == ("Giấy khai sinh", signed_copy)
    component = Component.objects.create(
        version=counter.free.versions.get(), position=9, name_vi="Giấy  khai sinh", name_en="Birth"
    )
    offers = reuse_offers(counter.free.versions.get(), entry.dossier.applicant)
    assert offers[component.pk].paper == paper
    item = counter.receive(
        components=[
            *counter.components(counter.free),
            ComponentFacts(component.pk, provision=Provision.REUSED),
        ]
    ).components.get(component=component)
    assert item.documents.get().sha256 == signed_copy.sha256


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
        "signer": "Trần Văn Lãnh Đạo",
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
