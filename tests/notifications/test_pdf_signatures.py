"""What signatures inside files of other people are worth, and that no file brings the look at it down."""

from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic, writer
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import SigSeedSubFilter
from pypdf import PdfReader, PdfWriter

from notifications import pdf_signatures as found
from tests import signing as keys
from tests.cast import local, pdf

AT = local("2026-11-21 09:00")


@pytest.fixture
def roots(tmp_path) -> Path:
    (tmp_path / "ca.pem").write_bytes(keys.authority().pem)
    return tmp_path / "ca.pem"


def signed(content: bytes | None = None, *, field="ChuKy1", at=AT, stamper=None, **validity) -> bytes:
    """Signed with a key of the office, in a revision of its own."""
    signer = signers.SimpleSigner.load_pkcs12_data(
        keys.key_file(**validity), other_certs=(), passphrase=keys.PASSPHRASE.encode()
    )
    meta = signers.PdfSignatureMetadata(
        field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    out = IncrementalPdfFileWriter(BytesIO(content or pdf()))
    return signers.PdfSigner(meta, signer, timestamper=stamper).sign_pdf(out).getvalue()


def stamper() -> timestamps.TimeStamper:
    from asn1crypto import keys as asn1keys
    from asn1crypto import x509

    from onestop.demo.signing import make_stamp_key

    certificate, key = make_stamp_key(
        keys.authority(), "TSA thử nghiệm", first=local("2026-01-01 00:00"), last=local("2036-01-01 00:00")
    )
    return timestamps.DummyTimeStamper(
        tsa_cert=x509.Certificate.load(certificate), tsa_key=asn1keys.PrivateKeyInfo.load(key), fixed_dt=AT
    )


def only(content: bytes, roots=None, at=AT) -> found.FoundSignature:
    findings = found.look_into(content, roots=roots, at=at)
    assert findings.fault == ""
    (signature,) = findings.signatures
    return signature


def test_who_signed_is_certified_and_nothing_was_changed(roots):
    one = only(signed(), roots)
    assert (one.integrity, one.trust, one.revocation, one.holds) == ("intact", "trusted", "unknown", True)
    assert one.signer == f"{keys.SIGNER}, {keys.ORGANIZATION}"
    assert one.issuer == "CA thử nghiệm"
    assert one.claimed_at is not None
    assert one.stamped_at is None
    assert (one.valid_from, one.valid_until) == (local(keys.FIRST), local(keys.LAST))


def test_without_roots_nothing_is_said_about_trust_and_nothing_holds():
    one = only(signed())
    assert (one.trust, one.holds, one.is_open) == ("no_roots", False, True)


def test_what_nobody_here_can_judge_is_not_said_to_be_broken(roots, monkeypatch):
    def stumble(*_args):
        raise TypeError

    monkeypatch.setattr(found, "_judged", stumble)
    (one,) = found._findings(signed(), roots.read_bytes(), AT).signatures
    assert (one.integrity, one.holds, one.is_open) == ("unjudged", False, True)


def test_somebody_elses_authority_is_not_ours(tmp_path):
    (tmp_path / "khac.pem").write_bytes(keys.authority("CA khác").pem)
    one = only(signed(), tmp_path / "khac.pem")
    assert (one.trust, one.holds) == ("untrusted", False)


def test_a_changed_byte_breaks_it(roots):
    content = bytearray(signed())
    content[120] ^= 1
    findings = found.look_into(bytes(content), roots=roots, at=AT)
    assert findings.fault == "unreadable" or not findings.signatures[0].holds


def test_a_page_added_after_the_signature_is_a_change(roots):
    out = IncrementalPdfFileWriter(BytesIO(signed()))
    page = writer.PageObject(
        contents=out.add_object(writer.generic.StreamObject(stream_data=b"")), media_box=(0, 0, 100, 100)
    )
    out.insert_page(page)
    one = only(written(out), roots)
    assert (one.integrity, one.holds) == ("changed", False)


def form() -> bytes:
    """A page with one field to fill in, which says 100."""
    out = IncrementalPdfFileWriter(BytesIO(pdf()))
    page = out.root["/Pages"]["/Kids"][0].get_object()
    field = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Widget"),
            generic.pdf_name("/FT"): generic.pdf_name("/Tx"),
            generic.pdf_name("/T"): generic.pdf_string("SoTien"),
            generic.pdf_name("/V"): generic.pdf_string("100"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 90, 20))),
        }
    )
    fields = generic.ArrayObject([out.add_object(field)])
    page["/Annots"] = fields
    out.update_container(page)
    out.root["/AcroForm"] = generic.DictionaryObject({generic.pdf_name("/Fields"): fields})
    out.update_root()
    return written(out)


def written(out: IncrementalPdfFileWriter) -> bytes:
    content = BytesIO()
    out.write(content)
    return content.getvalue()


def test_a_field_filled_in_after_the_signature_is_a_change(roots):
    out = IncrementalPdfFileWriter(BytesIO(signed(form())))
    field = out.root["/AcroForm"]["/Fields"][0]
    assert field["/V"] == "100"
    field["/V"] = generic.pdf_string("100000")
    out.update_container(field)
    one = only(written(out), roots)
    assert (one.integrity, one.holds) == ("changed", False)


def test_a_form_may_be_signed_twice(roots):
    findings = found.look_into(signed(signed(form()), field="ChuKy2"), roots=roots, at=AT)
    assert [one.integrity for one in findings.signatures] == ["added_to", "intact"]


def test_a_second_signature_takes_nothing_from_the_first(roots):
    findings = found.look_into(signed(signed(), field="ChuKy2"), roots=roots, at=AT)
    assert [one.integrity for one in findings.signatures] == ["added_to", "intact"]
    assert all(one.holds for one in findings.signatures)


def test_a_time_stamp_of_a_trusted_authority_says_when(roots):
    assert only(signed(stamper=stamper()), roots).stamped_at == AT


def test_a_stamp_of_somebody_unknown_says_nothing():
    assert only(signed(stamper=stamper())).stamped_at is None


ENDED = {"first": "2026-01-01 00:00", "last": "2026-11-24 00:00"}


def test_a_certificate_that_ended_before_the_file_came_rests_on_the_signers_own_clock(roots):
    one = only(signed(**ENDED), roots, at=local("2026-12-24 09:00"))
    assert (one.trust, one.holds) == ("ended", False)


def test_a_stamp_from_before_the_end_makes_it_hold(roots):
    one = only(signed(stamper=stamper(), **ENDED), roots, at=local("2026-12-24 09:00"))
    assert (one.trust, one.stamped_at, one.holds) == ("trusted", AT, True)


def test_an_unsigned_file_has_no_signatures():
    assert found.look_into(pdf(), roots=None, at=AT) == found.Findings()


def encrypted() -> bytes:
    out = PdfWriter(clone_from=PdfReader(BytesIO(pdf())))
    out.encrypt("mat-khau")
    content = BytesIO()
    out.write(content)
    return content.getvalue() + b"\n% /ByteRange"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"%PDF-1.7 /ByteRange", "unreadable"),
        (b"%PDF-1.7\n/ByteRange" + b"\0" * 100_000, "unreadable"),
        (b"%PDF-1.7 /ByteRange" + b"[" * 200_000 + b"\nstartxref\n9\n%%EOF", "unreadable"),
        (signed().replace(b"/Contents <3", b"/Contents <0", 1), "unreadable"),
        (encrypted(), "encrypted"),
    ],
    ids=["nothing", "zeros", "nested", "rubbish", "encrypted"],
)
def test_bad_files_are_a_word_and_never_a_crash(content, fault):
    assert found.look_into(content, roots=None, at=AT).fault == fault


@pytest.mark.parametrize(
    "limits", [found.Limits(wall_seconds=0.01), found.Limits(cpu_seconds=0)], ids=["wall", "cpu"]
)
def test_what_takes_too_long_is_given_up(limits):
    assert found.look_into(signed(), roots=None, at=AT, limits=limits).fault == "too_much"


def test_while_somebody_waits_there_is_enough_for_an_honest_file(roots):
    content = signed(signed(stamper=stamper()), field="ChuKy2")
    findings = found.look_into(content, roots=roots, at=AT, limits=found.WHILE_SOMEBODY_WAITS)
    assert [one.holds for one in findings.signatures] == [True, True]


def test_half_a_file_holds_nothing():
    findings = found.look_into(signed()[:4000], roots=None, at=AT)
    assert findings.fault or not any(one.holds for one in findings.signatures)
