"""Letters signed with PAdES: what a signature says, that a changed byte is found, and which keys are refused."""

from dataclasses import replace
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from notifications import pdf, signing
from notifications.enums import LetterKind
from notifications.errors import LetterFileDamaged, SignedForAnother, SigningFailed
from notifications.models import Letter
from notifications.services import letters
from tests import signing as keys
from tests.cast import local
from tests.notifications.builders import HEAD, NEW_DUE, REASON, apology, approved, text_of

pytestmark = pytest.mark.usefixtures("en")

AT = local("2026-11-21 09:00")
AGENCY = "H41.12"


@pytest.fixture
def office(settings, tmp_path):
    """Signs with a file of its own; `office(first=…, last=…)` with one of another validity."""

    def connected(**validity):
        keys.connect(settings, tmp_path, **validity)

    connected()
    return connected


def sign(payload=None, *, at=AT) -> signing.SignedPdf:
    payload = payload or apology(reason=REASON, new_due_at=NEW_DUE)
    made = {"number": 12, "signed_at": at}
    letter = pdf.letter_pdf(LetterKind.APOLOGY, payload, digital=True, **made)
    place = pdf.signature_place(LetterKind.APOLOGY, payload, **made)
    return signing.sign(letter, signing.key_of(AGENCY), place=place, at=at)


# The signature ----------------------------------------------------------------------------------------


def test_signature_is_intact_covers_the_whole_file_and_comes_from_a_trusted_authority(office):
    signed = sign()
    verdict = signing.verify(signed.pdf, at=AT)
    assert (verdict.is_intact, verdict.covers_all, verdict.is_trusted, verdict.holds) == (True,) * 4
    assert verdict.signer == signed.certificate
    assert signed.certificate.startswith("Trần Văn Lãnh Đạo, UBND phường Thử Nghiệm (")


def test_signature_is_of_the_baseline_that_the_law_knows(office):
    assert b"/ETSI.CAdES.detached" in sign().pdf


@pytest.mark.parametrize("place", [100, 5_000, 20_000])
def test_a_changed_byte_is_found(office, place):
    changed = bytearray(sign().pdf)
    changed[place] ^= 1
    verdict = signing.verify(bytes(changed), at=AT)
    assert (verdict.is_intact, verdict.holds) == (False, False)


def test_what_is_added_after_the_signature_is_found(office):
    verdict = signing.verify(sign().pdf + b"\n% more", at=AT)
    assert (verdict.is_intact, verdict.covers_all, verdict.holds) == (True, False, False)


def test_an_authority_that_is_not_configured_is_not_trusted(office, settings, tmp_path):
    signed = sign()
    (tmp_path / "khac.pem").write_bytes(keys.authority("CA khác").pem)
    settings.SIGNING_ROOTS = str(tmp_path / "khac.pem")
    verdict = signing.verify(signed.pdf, at=AT)
    assert (verdict.is_intact, verdict.is_trusted, verdict.holds) == (True, False, False)


def test_without_configured_authorities_nothing_is_said_about_trust(office, settings):
    settings.SIGNING_ROOTS = ""
    verdict = signing.verify(sign().pdf, at=AT)
    assert (verdict.is_trusted, verdict.holds) == (None, True)


def test_a_certificate_that_has_ended_since_held_when_it_was_used(office):
    signed = sign(at=local("2027-06-29 09:00"))
    assert signing.verify(signed.pdf, at=local("2027-06-29 09:00")).holds


def test_an_unsigned_letter_has_no_verdict(office):
    assert signing.verify(pdf.letter_pdf(LetterKind.APOLOGY, apology()), at=AT) is None


@pytest.mark.parametrize("paper", ["a4", "a5"])
def test_the_field_stands_between_title_and_name_with_signer_and_time(office, paper):
    payload = apology(reason=REASON * 5, new_due_at=NEW_DUE)
    payload = replace(payload, form=replace(payload.form, paper=paper))
    (page,) = PdfReader(BytesIO(sign(payload).pdf)).pages
    (field,) = page["/Annots"]
    left, bottom, right, top = field.get_object()["/Rect"]
    heights = {}

    def note(text, _cm, matrix, _font, _size):
        for word in ("GIÁM ĐỐC", "Trần Thị Ví Dụ"):
            if word in text:
                heights[word] = matrix[5] if matrix[5] else _cm[5]

    page.extract_text(visitor_text=note)
    assert heights["GIÁM ĐỐC"] > top > bottom > heights["Trần Thị Ví Dụ"]
    assert 0 < left < right < page.mediabox.width


def test_the_mark_says_who_for_whom_and_when_in_vietnamese():
    place = pdf.Place(1, 0, 0, 200, 42)
    mark = pdf.signature_mark_pdf(place, name="Trần Văn Lãnh Đạo", organization="UBND phường Ví Dụ", at=AT)
    assert text_of(mark) == (
        "Người ký: Trần Văn Lãnh Đạo Cơ quan: UBND phường Ví Dụ Thời gian ký: 21/11/2026 09:00:00 +07:00"
    )


# Keys -------------------------------------------------------------------------------------------------


def test_without_configuration_nobody_is_connected():
    assert (configured.SIGNING_PKCS12, configured.SIGNING_PKCS11_MODULE) == ("", "")
    assert not signing.is_connected(AGENCY)


def test_where_each_agency_has_a_file_one_without_is_not_connected(settings, tmp_path):
    (tmp_path / "H41.12.p12").write_bytes(keys.key_file())
    settings.SIGNING_PKCS12 = str(tmp_path / "{agency}.p12")
    assert signing.key_of("H41.12") == signing.FileKey(tmp_path / "H41.12.p12")
    assert signing.key_of("H41.101") is None


def test_a_token_is_known_by_module_token_and_label(settings):
    settings.SIGNING_PKCS11_MODULE, settings.SIGNING_PKCS11_TOKEN = "/usr/lib/token.so", "vgca"
    settings.SIGNING_PKCS11_KEY = "ky-{agency}"
    assert signing.key_of("H41.12") == signing.TokenKey("/usr/lib/token.so", "vgca", "ky-H41.12")


def refusal() -> str:
    with pytest.raises(SigningFailed) as caught:
        sign()
    return str(caught.value)


def test_a_wrong_passphrase_is_a_sentence(office, settings):
    settings.SIGNING_PASSPHRASE = "sai"
    assert refusal() == (
        "Nothing was issued: the signing key does not open. Its passphrase is wrong, or the file is no "
        "PKCS#12 file. Whoever keeps the installation looks at SIGNING_PASSPHRASE."
    )


def test_a_file_that_is_no_key_is_the_same_sentence(office, settings):
    Path(settings.SIGNING_PKCS12).write_bytes(b"khong phai khoa")
    assert "the file is no PKCS#12 file" in refusal()


def test_a_key_that_is_not_there_is_a_sentence(office, settings):
    settings.SIGNING_PKCS12 = "/khong/co.p12"
    assert refusal() == (
        "Nothing was issued: the signing key cannot be read (No such file or directory). Whoever keeps "
        "the installation looks at SIGNING_PKCS12."
    )


def test_an_expired_certificate_is_refused_with_its_last_day(office):
    office(first="2025-01-01 00:00", last="2026-11-20 12:00")
    assert refusal() == (
        "Nothing was issued: the certificate of Trần Văn Lãnh Đạo ended on 20/11/2026. Have it renewed; "
        "until then letters are issued without it when its settings are taken out."
    )


def test_a_certificate_of_tomorrow_is_refused(office):
    office(first="2026-11-22 00:00", last="2027-11-22 00:00")
    assert refusal().endswith("the certificate of Trần Văn Lãnh Đạo holds only from 22/11/2026 on.")


def test_a_token_that_is_not_there_is_a_sentence(settings):
    settings.SIGNING_PKCS11_MODULE, settings.SIGNING_PKCS11_TOKEN = "/khong/co.so", "vgca"
    settings.SIGNING_PKCS11_KEY, settings.SIGNING_PASSPHRASE = "ky", "123456"
    # The package for tokens is not among the requirements: whoever has a token installs it.
    why = (
        "the token did not sign ("
        if find_spec("pkcs11")
        else "signing with a token needs the package python-pkcs11. Whoever keeps the installation installs "
        "pyHanko[pkcs11]."
    )
    assert refusal().startswith(f"Nothing was issued: {why}")
    assert "123456" not in refusal()


def test_authorities_that_cannot_be_read_are_a_sentence(office, settings):
    signed = sign()
    settings.SIGNING_ROOTS = "/khong/co.pem"
    with pytest.raises(SigningFailed, match="the file of SIGNING_ROOTS cannot be read"):
        signing.verify(signed.pdf, at=AT)


# Issued -----------------------------------------------------------------------------------------------


def beforehand(letter) -> letters.Signed:
    return letters.sign_beforehand(
        letter.kind, agency_identifier=letter.agency_identifier, payload=letter.current_content
    )


def issue(letter, signed):
    return letters.issue(letter, by=HEAD, payload=letter.content, signed=signed)


@pytest.mark.django_db
class TestIssued:
    @pytest.fixture(autouse=True)
    def _office(self, office, clock):
        """Signs on Saturday 21/11/2026 09:00."""

    def test_what_was_signed_is_what_is_stored(self):
        letter = approved()
        signed = beforehand(letter)
        assert not Letter.objects.issued().exists()
        issued = issue(letter, signed)
        assert letters.issued_pdf(issued) == signed.pdf.pdf
        assert (issued.number, issued.issued_at, issued.certificate) == (1, signed.at, signed.pdf.certificate)
        assert letters.signature_of(issued).holds

    def test_a_number_that_somebody_took_meanwhile_is_not_issued(self):
        first, second = approved(), approved(reference="H41.12-261116-0002")
        signed = beforehand(first)
        issue(second, beforehand(second))
        with pytest.raises(SignedForAnother), transaction.atomic():
            issue(first, signed)
        assert issue(first, beforehand(first)).number == 2

    def test_another_content_than_the_signed_one_is_not_issued(self):
        letter = approved()
        signed = replace(beforehand(letter), payload=replace(letter.current_content, reason="Khác"))
        with pytest.raises(SignedForAnother), transaction.atomic():
            issue(letter, signed)
        assert Letter.objects.get().state == "approved"

    def test_without_a_key_nothing_is_signed_beforehand_and_the_letter_waits_for_a_hand(self, settings):
        settings.SIGNING_PKCS12 = ""
        letter = approved()
        assert beforehand(letter) is None
        issued = issue(letter, None)
        assert (issued.certificate, letters.signature_of(issued)) == ("", None)
        assert "(Ký, ghi rõ họ tên, đóng dấu)" in text_of(letters.issued_pdf(issued))

    @pytest.mark.parametrize(
        "change", [{"pdf": "letters/khac.pdf"}, {"pdf_sha256": "0" * 64}, {"certificate": ""}]
    )
    def test_database_refuses_to_change_what_was_signed(self, change):
        letter = approved()
        issue(letter, beforehand(letter))
        with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
            Letter.objects.update(**change)

    def test_a_stored_file_that_was_changed_is_found_by_its_hash(self):
        letter = approved()
        issued = issue(letter, beforehand(letter))
        path = Path(issued.pdf.path)
        path.write_bytes(path.read_bytes() + b" ")
        with pytest.raises(LetterFileDamaged):
            letters.signature_of(issued)
