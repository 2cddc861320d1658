"""The QR of a citizen card: what was printed on it comes out, and rubbish is refused with a sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.citizen_card import CitizenCard, looks_like_a_card, read_card
from cases.errors import Invalid

CARD = "040099000123|187000321|Nguyễn Thị Ví Dụ|03021999|Nữ|Xóm Thử Nghiệm, Nghệ An|25122021"
HOLDER = CitizenCard(
    number="040099000123",
    old_number="187000321",
    name="Nguyễn Thị Ví Dụ",
    birth_date=date(1999, 2, 3),
    sex="female",
    address="Xóm Thử Nghiệm, Nghệ An",
    issue_date=date(2021, 12, 25),
)
FIELDS = CARD.split("|")
TODAY = date(2026, 11, 9)

words = st.text(st.characters(codec="utf-8", categories=["Lu", "Ll"]), min_size=1, max_size=40)
days = st.dates(date(1900, 1, 1), TODAY)


def read(text: str) -> CitizenCard:
    return read_card(text, today=TODAY)


def changed(place: int, value: str) -> str:
    return "|".join([*FIELDS[:place], value, *FIELDS[place + 1 :]])


@pytest.fixture(autouse=True)
def english_sentences(english):
    """The sentences are read in English."""


def test_a_card_of_seven_fields_tells_its_holder():
    assert read(CARD) == HOLDER


@pytest.mark.parametrize(
    "text",
    [
        changed(1, ""),
        "|".join(FIELDS[:1] + FIELDS[2:]),
        "|".join(FIELDS[:1] + FIELDS[2:] + ["Nguyễn Văn Cha"]),
    ],
)
def test_a_card_without_an_old_number_leaves_it_empty_or_out(text):
    card = read(text)
    assert (card.number, card.old_number, card.name) == ("040099000123", "", "Nguyễn Thị Ví Dụ")


def test_the_scanner_s_enter_and_blanks_do_not_matter():
    assert read(f"  {CARD}\r\n") == HOLDER


def test_what_a_card_has_behind_the_issue_date_is_left_alone():
    assert read(f"{CARD}||Nguyễn Văn Cha|Trần Thị Mẹ|") == HOLDER


def test_accents_that_came_in_pieces_are_put_together():
    assert read(changed(2, "Nguyễn Thị Ví Dụ")).name == "Nguyễn Thị Ví Dụ"


def test_signs_that_nobody_sees_are_taken_off():
    assert read(changed(2, "\u202eNguyễn\u200b Thị\tVí Dụ")).name == "Nguyễn Thị Ví Dụ"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it does not have the fields of a card"),
        ("040099000123|Nguyễn Thị Ví Dụ", "it does not have the fields of a card"),
        ("|" * 2000, "it does not have the fields of a card"),
        ("x" * 5000, "it does not have the fields of a card"),
        (changed(0, "04009900012"), "the number on it is not one of twelve digits"),
        (changed(0, "04009900012٣"), "the number on it is not one of twelve digits"),
        (changed(0, "0400990001234"), "the number on it is not one of twelve digits"),
        (changed(1, "12345"), "the old number on it has neither nine nor twelve digits"),
        (changed(2, "   "), "there is no name on it"),
        (changed(2, "A" * 301), "there is no name on it"),
        (changed(3, "31021999"), "its dates cannot be"),
        (changed(3, "1999-02-03"), "its dates cannot be"),
        (changed(6, ""), "its dates cannot be"),
        (changed(6, "02021999"), "its dates cannot be"),
        (changed(6, "01012099"), "its dates cannot be"),
        (changed(4, "😀"), "it does not say whether the holder is a man or a woman"),
        (changed(5, "x" * 401), "the address on it is too long"),
    ],
)
def test_a_malformed_code_is_refused_and_says_why(text, why):
    with pytest.raises(Invalid) as refused:
        read(text)
    assert (refused.value.code, refused.value.field) == ("bad_citizen_card", "card")
    assert (
        refused.value.sentence
        == f"This is not the code of a citizen card: {why}. Scan it again, or type the data."
    )


def test_a_refusal_does_not_repeat_what_was_scanned():
    with pytest.raises(Invalid) as refused:
        read(changed(0, "bí mật"))
    assert "bí mật" not in refused.value.sentence


@given(
    number=st.from_regex(r"[0-9]{12}", fullmatch=True),
    old_number=st.from_regex(r"([0-9]{9}|[0-9]{12})?", fullmatch=True),
    name=words,
    sex=st.sampled_from(["Nam", "Nữ"]),
    address=words,
    dates=st.tuples(days, days).map(sorted),
)
def test_whatever_is_on_a_card_comes_out_as_it_was(number, old_number, name, sex, address, dates):
    born, issued = dates
    text = "|".join([number, old_number, name, f"{born:%d%m%Y}", sex, address, f"{issued:%d%m%Y}"])
    card = read(text)
    assert (card.number, card.old_number, card.birth_date, card.issue_date) == (
        number,
        old_number,
        born,
        issued,
    )
    assert looks_like_a_card(text)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    try:
        card = read(text)
    except Invalid as refused:
        assert str(refused.sentence)
    else:
        assert len(card.number) == 12


def test_a_name_an_address_or_a_number_does_not_look_like_a_card():
    assert not any(looks_like_a_card(text) for text in ("040099000123", "Xóm 3 | ngõ 2", ""))
