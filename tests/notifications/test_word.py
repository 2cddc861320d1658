"""Word copies: every text literally, an office's own template, and what is wrong with it in a sentence."""

import io

import pytest
from django.core.checks import run_checks
from docx import Document

from notifications.enums import LetterKind
from notifications.errors import WordTemplateBroken
from notifications.word import letter_docx, template_of
from tests.notifications.builders import (
    NEW_DUE,
    NOW,
    OLD_APOLOGY,
    REASON,
    apology,
    refusal,
    stop,
    supplement,
)

PAYLOADS = {
    LetterKind.SUPPLEMENT: supplement(),
    LetterKind.REFUSAL: refusal(),
    LetterKind.APOLOGY: apology(reason=REASON, new_due_at=NEW_DUE),
    LetterKind.STOP: stop(),
}
NASTY = "A & B </w:t> <script> {{ 7*7 }} {% raw %} \"quoted\" 'so'"


def words(file: bytes) -> str:
    """Paragraphs and cells in the order of the page."""
    document = Document(io.BytesIO(file))
    texts = []
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            texts += [cell.text for row in block.rows for cell in row.cells]
        else:
            texts.append(block.text)
    return " ".join(" ".join(texts).split())


def copy_of(kind: LetterKind) -> str:
    return words(letter_docx(kind, PAYLOADS[kind], number=12, signed_at=NOW))


@pytest.mark.parametrize("kind", LetterKind)
def test_every_letter_has_a_word_copy_with_its_head(kind):
    copy = copy_of(kind)
    assert copy.startswith(f"Mẫu số {PAYLOADS[kind].form.number} – Thông tư số 03/2025/TT-VPCP")
    assert "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG TỈNH NGHỆ AN Số: 12/" in copy
    assert "Nghệ An, ngày 21 tháng 11 năm 2026" in copy
    assert PAYLOADS[kind].form.title in copy
    assert copy.count("{") == 0


def test_supplement_request_lists_what_is_missing():
    assert (
        "gồm những nội dung sau: 1. Tờ khai có chữ ký của người yêu cầu 2. Bản sao giấy chứng sinh "
        "Lý do: Tờ khai chưa có chữ ký."
    ) in copy_of(LetterKind.SUPPLEMENT)


def test_apology_proposes_the_extension_only_in_the_set_that_does():
    assert "đề nghị gia hạn thời gian giải quyết hồ sơ và hẹn lại" in copy_of(LetterKind.APOLOGY)
    old = apology(form=OLD_APOLOGY, reason=REASON, new_due_at=NEW_DUE)
    assert "đề nghị gia hạn" not in words(letter_docx(LetterKind.APOLOGY, old))


def test_copy_of_a_letter_without_number_has_dots():
    assert "Số: ……/PTC" in words(letter_docx(LetterKind.REFUSAL, refusal()))


@pytest.mark.parametrize("kind", [LetterKind.SUPPLEMENT, LetterKind.REFUSAL, LetterKind.STOP])
def test_what_a_person_typed_appears_literally(kind):
    make = {LetterKind.SUPPLEMENT: supplement, LetterKind.REFUSAL: refusal, LetterKind.STOP: stop}[kind]
    assert NASTY in words(letter_docx(kind, make(reason=NASTY)))


# --- An office's own templates --------------------------------------------------------------------


@pytest.fixture
def own(settings, tmp_path):
    """A folder of the office, and a way to put a template into it."""
    settings.WORD_TEMPLATES_DIR = str(tmp_path)

    def put(text: str, kind: str = "refusal"):
        document = Document()
        document.add_paragraph(text)
        document.save(tmp_path / f"{kind}.docx")

    return put


def test_own_template_is_used_for_its_letter_and_no_other(own):
    own("Kính gửi bà con: {{ reason }}")
    assert words(letter_docx(LetterKind.REFUSAL, refusal(reason="Sai nơi nộp."))) == (
        "Kính gửi bà con: Sai nơi nộp."
    )
    assert "THÔNG BÁO DỪNG" in words(letter_docx(LetterKind.STOP, stop()))


@pytest.mark.parametrize(
    "text",
    ["{{ resaon }}", "{% for x %}", "{{ reason.__class__.__mro__ }}", "{{ reason | nonsense }}"],
    ids=["unknown text", "broken tag", "reaching out", "unknown filter"],
)
def test_own_template_that_is_wrong_is_a_sentence_that_names_it(own, en, text):
    own(text)
    with pytest.raises(WordTemplateBroken, match="The Word template “refusal.docx” cannot be used") as caught:
        letter_docx(LetterKind.REFUSAL, refusal())
    assert caught.value.code == "word_template_broken"


def test_own_template_that_is_no_word_file_is_a_sentence(own, tmp_path):
    (tmp_path / "refusal.docx").write_bytes(b"not a zip")
    with pytest.raises(WordTemplateBroken):
        letter_docx(LetterKind.REFUSAL, refusal())


def test_folder_that_is_not_there_is_named_by_the_checks(settings, tmp_path):
    settings.WORD_TEMPLATES_DIR = str(tmp_path / "none")
    (found,) = [check for check in run_checks() if check.id == "notifications.E004"]
    assert str(tmp_path / "none") in found.msg


def test_folder_that_is_there_is_no_matter(settings, tmp_path):
    settings.WORD_TEMPLATES_DIR = str(tmp_path)
    assert [check for check in run_checks() if check.id == "notifications.E004"] == []


def test_built_in_templates_are_those_of_the_script(tmp_path, monkeypatch):
    """Whoever changes the script runs it: the committed files say the same."""
    from scripts import make_word_templates

    monkeypatch.setattr(make_word_templates, "FOLDER", tmp_path)
    make_word_templates.main()
    for kind in LetterKind:
        made, committed = tmp_path / f"{kind}.docx", template_of(kind)
        assert words(made.read_bytes()) == words(committed.read_bytes())
