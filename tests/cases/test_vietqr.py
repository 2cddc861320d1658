"""Transfer codes (VietQR): the published examples, and what every code says when it is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.vietqr import checksum, fields_of, plain_purpose, transfer_payload

# Napas, "QR Switching – Part IV: QR code format" v1.5.2, examples of QRIBFTTA: to an account, without an
# amount; and with amount, bill number and purpose. Quoted in the tests of several public libraries.
NAPAS_STATIC = (
    "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F"
)
NAPAS_DYNAMIC = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
    "62340107NPS68690819thanh toan don hang63042E2E"
)
# README of github.com/subiz/vietqr, and the test of MakeCRC in the Go library vnqrpay.
SUBIZ = (
    "00020101021238570010A00000072701270006970415011300110019324180208QRIBFTTA530370454061200005802VN"
    "62170813ung ho lu lut6304C15C"
)
VNQRPAY = (
    "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA5303704540410005802VN"
    "62150811Chuyen tien6304BBB8"
)

accounts = st.text("0123456789ABCXYZ", min_size=1, max_size=19)


@pytest.mark.parametrize("published", [NAPAS_STATIC, NAPAS_DYNAMIC, SUBIZ, VNQRPAY])
def test_checksum_is_that_of_the_published_codes(published):
    assert checksum(published[:-4]) == published[-4:]


def test_checksum_has_the_check_value_of_its_kind():
    """CRC-16/CCITT-FALSE of "123456789" in the catalogue of parametrised CRC algorithms."""
    assert checksum("123456789") == "29B1"


@pytest.mark.parametrize(
    ("facts", "published"),
    [
        (("970415", "0011001932418", 120000, "ủng hộ lũ lụt"), SUBIZ),
        (("970416", "257678859", 1000, "Chuyen tien"), VNQRPAY),
    ],
)
def test_transfer_payload_is_the_published_one(facts, published):
    assert transfer_payload(*facts) == published


def test_transfer_payload_is_napas_example_but_for_the_bill_number():
    ours = transfer_payload("970403", "0011012345678", 180000, "thanh toan don hang")
    theirs = fields_of(NAPAS_DYNAMIC)
    assert fields_of(ours) == {
        **theirs,
        "62": theirs["62"].removeprefix("0107NPS6869"),
        "63": checksum(ours[:-4]),
    }


@given(
    bank=st.from_regex(r"[0-9]{6}", fullmatch=True),
    account=accounts,
    amount=st.integers(1, 10**13 - 1),
    purpose=st.from_regex(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,3}){0,3}-[0-9]{6}-[0-9]{4,6}", fullmatch=True),
)
def test_transfer_payload_says_what_was_put_in(bank, account, amount, purpose):
    text = transfer_payload(bank, account, amount, purpose)
    root = fields_of(text)
    assert list(root) == ["00", "01", "38", "53", "54", "58", "62", "63"]
    beneficiary = fields_of(root["38"])
    assert (beneficiary["00"], beneficiary["02"]) == ("A000000727", "QRIBFTTA")
    assert fields_of(beneficiary["01"]) == {"00": bank, "01": account}
    assert (root["54"], root["53"], root["58"]) == (str(amount), "704", "VN")
    said = fields_of(root["62"])["08"]
    assert said in {purpose, purpose.replace(".", "").replace("-", "")[-25:]}
    assert root["63"] == checksum(text[:-4])


@given(text=st.text())
def test_plain_purpose_is_short_ascii_or_nothing(text):
    try:
        plain = plain_purpose(text)
    except ValueError:
        return
    assert plain.isascii() and 0 < len(plain) <= 25 and plain == plain.strip()


@pytest.mark.parametrize(
    ("purpose", "plain"),
    [
        ("H41.101-261109-0001", "H41.101-261109-0001"),
        ("Lệ phí Đăng ký", "Le phi Dang ky"),
        ("H41.101.102.103-261109-0001", "H411011021032611090001"),
        ("H41.101.102.103.104.105-261109-0001", "1011021031041052611090001"),
    ],
)
def test_plain_purpose_keeps_the_code_as_whole_as_it_fits(purpose, plain):
    assert plain_purpose(purpose) == plain


@pytest.mark.parametrize(
    "facts",
    [
        ("97040", "1", 1, "x"),
        ("٩٧٠٤٠٣", "1", 1, "x"),
        ("970403", "", 1, "x"),
        ("970403", "1" * 20, 1, "x"),
        ("970403", "1", 0, "x"),
        ("970403", "1", -5, "x"),
        ("970403", "1", 10**13, "x"),
        ("970403", "1", 1, ""),
        ("970403", "1", 1, "📄"),
    ],
)
def test_transfer_payload_refuses_what_no_code_can_hold(facts):
    with pytest.raises(ValueError):
        transfer_payload(*facts)


@pytest.mark.parametrize("text", ["0", "0002", "00020", "ab0201", "000201x"])
def test_fields_of_what_is_no_code_are_refused(text):
    with pytest.raises(ValueError):
        fields_of(text)
