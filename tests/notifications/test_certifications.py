"""The words of a certification and the printed register: every text is there, literally, on one page."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from notifications.payloads import Person
from notifications.pdf import certification_pdf, register_pdf
from procedures.enums import RegisterKind
from procedures.registers import REGISTER_FORMS, book_mark
from tests.notifications.builders import PERSON, certification, register, register_row, text_of

GOLDEN = Path(__file__).parent / "golden_texts"
VALUES = {
    "person": PERSON.name,
    "identity": PERSON.id_number,
    "paper": "Giấy ủy quyền",
    "pages": "02",
    "copies": "01",
    "result": "Bản sao trích lục hộ tịch",
    "agency": "UBND phường Ví Dụ",
    "moment": "09:00 ngày 21/11/2026",
    "signer": "Trần Thị Ví Dụ",
    "receiver": "Lê Văn Mẫu",
}


def words(kind: RegisterKind) -> bytes:
    """The certification of that kind as the product makes it, about invented people."""
    form = REGISTER_FORMS[kind]
    blank = certification()
    return certification_pdf(
        certification(
            form=type(blank.form)("", form.heading, "", "a5"),
            number_label=form.number_label,
            book=book_mark(kind, 2026, 1),
            sentences=tuple(sentence.format(**VALUES) for sentence in form.sentences),
            signer_role=form.signer_role,
            receiver_name="Lê Văn Mẫu" if form.signed_at_the_desk else "",
        )
    )


@pytest.mark.parametrize("kind", RegisterKind)
def test_the_words_are_those_that_were_approved(kind):
    """After a change that is meant, look at the pages and write the texts anew (see `golden.py`)."""
    assert text_of(words(kind)) == (GOLDEN / f"certification-{kind}.txt").read_text().strip()


def test_the_register_says_what_was_approved():
    assert text_of(register_pdf(register())) == (GOLDEN / "register.txt").read_text().strip()


def test_the_same_certification_is_the_same_file():
    assert certification_pdf(certification()) == certification_pdf(certification())


def test_a_register_without_lines_is_printed_too():
    assert "chưa có số nào" in text_of(register_pdf(register(rows=(), last_number=0, closed_at=None)))


def test_a_thousand_lines_fit():
    rows = tuple(register_row(number=number) for number in range(1, 1001))
    assert "Sổ này có 1000 số, từ số 01 đến số 1000." in text_of(
        register_pdf(register(rows=rows, last_number=1000))
    )


def test_long_names_keep_to_one_page():
    payload = certification(
        person=Person(name="Nguyễn Thị Ví Dụ " * 18, id_number="040099000002"), paper="Giấy tờ " * 60
    )
    assert len(PdfReader(io.BytesIO(certification_pdf(payload))).pages) == 1


@settings(max_examples=20, deadline=None)
@given(text=st.text(max_size=200))
def test_whatever_is_typed_is_printed(text):
    payload = certification(paper=text, person=Person(name=text), signer_name=text, sentences=(text, text))
    assert certification_pdf(payload).startswith(b"%PDF")
    assert register_pdf(register(rows=(register_row(person=text, paper=text),))).startswith(b"%PDF")
