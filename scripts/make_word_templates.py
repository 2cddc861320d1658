"""Makes the built-in Word templates of the letters: notifications/word_templates/*.docx.

    .venv/bin/python -m scripts.make_word_templates

Run it after a change here and commit the files. Offices do not edit this script but copies of the files.
"""

from datetime import UTC, datetime
from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

FOLDER = Path(__file__).resolve().parent.parent / "notifications" / "word_templates"
FONT = "Times New Roman"
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def sheet(*, full: bool):
    """An empty document: a full sheet as Decree 30/2020 sets it, or a half sheet with smaller letters."""
    document = Document()
    page = document.sections[0]
    if full:
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.top_margin = page.bottom_margin = Cm(2)
        page.left_margin, page.right_margin = Cm(3), Cm(1.7)
    else:
        page.page_width, page.page_height = Cm(14.8), Cm(21)
        page.top_margin, page.bottom_margin = Cm(1.3), Cm(1)
        page.left_margin = page.right_margin = Cm(1.4)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(13 if full else 10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(4)
    style.paragraph_format.space_before = Pt(0)
    # Neither person nor machine nor day of making stands in a file that every office gets.
    document.core_properties.created = document.core_properties.modified = datetime(2026, 1, 1, tzinfo=UTC)
    document.core_properties.author = document.core_properties.comments = ""
    return document


def say(paragraph, text: str, *, align=None, bold=False, italic=False, size: float | None = None):
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic
    run.font.size = Pt(size) if size else None
    if align is not None:
        paragraph.alignment = align
    return paragraph


def letterhead(document) -> None:
    small = document.styles["Normal"].font.size.pt - 1.5
    say(document.add_paragraph(), "{%p if form.number %}")
    say(
        document.add_paragraph(),
        "Mẫu số {{ form.number }} – {{ form.circular }}",
        align=RIGHT,
        italic=True,
        size=small - 2,
    )
    say(document.add_paragraph(), "{%p endif %}")
    left, right = columns(document, 0.47, 0.53)
    say(left.paragraphs[0], "{{ letterhead_upper|upper }}", align=CENTRE, size=small)
    say(left.add_paragraph(), "{{ letterhead_name|upper }}", align=CENTRE, bold=True, size=small)
    say(left.add_paragraph(), "Số: {{ number }}", align=CENTRE, size=small)
    say(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", align=CENTRE, bold=True, size=small - 0.5)
    motto = say(right.add_paragraph(), "", align=CENTRE)
    motto.add_run("Độc lập - Tự do - Hạnh phúc").underline = True
    motto.runs[-1].bold, motto.runs[-1].font.size = True, Pt(small)
    say(right.add_paragraph(), "{{ date }}", align=CENTRE, italic=True, size=small)
    title = say(document.add_paragraph(), "{{ form.title }}", align=CENTRE, bold=True)
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(8), Pt(8)


def columns(document, *shares: float) -> list:
    """Cells side by side, without lines, that stay together on one page."""
    page = document.sections[0]
    width = page.page_width - page.left_margin - page.right_margin
    table = document.add_table(rows=1, cols=len(shares))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for cell, share in zip(table.rows[0].cells, shares, strict=True):
        cell.width = int(width * share)
    unbreakable(table.rows[0])
    return list(table.rows[0].cells)


def unbreakable(row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def facts(document) -> None:
    """One line per fact: what it is, and what it says."""
    page = document.sections[0]
    width = page.page_width - page.left_margin - page.right_margin
    table = document.add_table(rows=3, cols=2)
    table.autofit = False
    for row in table.rows:
        row.cells[0].width, row.cells[1].width = int(width * 0.37), int(width * 0.63)
    say(table.cell(0, 0).paragraphs[0], "{%tr for fact in facts %}")
    say(table.cell(1, 0).paragraphs[0], "{{ fact[0] }}:")
    say(table.cell(1, 1).paragraphs[0], "{{ fact[1] }}")
    say(table.cell(2, 0).paragraphs[0], "{%tr endfor %}")
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def citation(document) -> None:
    say(document.add_paragraph(), "{%p if mechanism_citation %}")
    say(document.add_paragraph(), "Căn cứ {{ mechanism_citation }};")
    say(document.add_paragraph(), "{%p endif %}")


def signature(cell, title: str, name: str, below: str = "", hint: str = "(Ký và ghi rõ họ tên)") -> None:
    say(cell.paragraphs[0], title, align=CENTRE, bold=True)
    say(cell.add_paragraph(), hint, align=CENTRE, italic=True, size=9)
    for _line in range(3):
        cell.add_paragraph()
    say(cell.add_paragraph(), name, align=CENTRE, bold=True)
    if below:
        say(cell.add_paragraph(), below, align=CENTRE, size=9)


def head_signs(document) -> None:
    left, right = columns(document, 0.4, 0.6)
    say(left.paragraphs[0], "Nơi nhận:", bold=True, italic=True, size=9)
    for line in ("- Như trên;", "- Bộ phận tiếp nhận hồ sơ;", "- Lưu: hồ sơ, văn thư."):
        say(left.add_paragraph(), line, size=9)
    signature(right, "{{ signer_title|upper }}", "{{ signer_name }}", hint="(Ký, ghi rõ họ tên, đóng dấu)")


def supplement():
    document = sheet(full=False)
    letterhead(document)
    citation(document)
    facts(document)
    say(
        document.add_paragraph(),
        "Để có cơ sở giải quyết, đề nghị {{ addressed_as }} bổ sung, hoàn thiện hồ sơ gồm những nội dung sau:",
    )
    say(document.add_paragraph(), "{%p for item in items %}")
    say(document.add_paragraph(), "{{ loop.index }}. {{ item }}").paragraph_format.left_indent = Cm(0.6)
    say(document.add_paragraph(), "{%p endfor %}")
    say(document.add_paragraph(), "Lý do: {{ reason }}")
    say(
        document.add_paragraph(),
        "Trong quá trình bổ sung, hoàn thiện hồ sơ, nếu có vướng mắc, {{ addressed_as }} liên hệ với "
        "{{ contact }} để được hướng dẫn./.",
    )
    _left, right = columns(document, 0.5, 0.5)
    signature(right, "NGƯỜI HƯỚNG DẪN", "{{ signer_name }}", "{{ signer_title }}")
    return document


def refusal():
    document = sheet(full=False)
    letterhead(document)
    citation(document)
    say(document.add_paragraph(), "{{ agency_name }} đã nhận được hồ sơ sau đây:")
    facts(document)
    say(
        document.add_paragraph(),
        "Qua xem xét, {{ agency_name }} thông báo không tiếp nhận, giải quyết hồ sơ này với lý do cụ thể "
        "như sau:",
    )
    say(document.add_paragraph(), "{{ reason }}")
    say(document.add_paragraph(), "Xin thông báo để {{ addressed_as }} được biết và thực hiện./.")
    left, right = columns(document, 0.5, 0.5)
    signature(left, "NGƯỜI NỘP HỒ SƠ", "{{ submitter_name }}")
    signature(right, "NGƯỜI TIẾP NHẬN HỒ SƠ", "{{ signer_name }}", "{{ signer_title }}")
    return document


def apology():
    document = sheet(full=True)
    letterhead(document)
    say(document.add_paragraph(), "Kính gửi: {{ addressee }}", align=CENTRE)
    citation(document)
    say(
        document.add_paragraph(),
        "{{ agency_name }} đã tiếp nhận, giải quyết hồ sơ của {{ addressed_as }} như sau:",
    )
    facts(document)
    say(
        document.add_paragraph(),
        "Tuy nhiên, {{ agency_name }} không thể trả kết quả giải quyết hồ sơ của {{ addressed_as }} đúng thời "
        "hạn ghi trong Giấy tiếp nhận hồ sơ và hẹn trả kết quả.",
    )
    say(document.add_paragraph(), "Lý do: {{ reason }}")
    say(
        document.add_paragraph(),
        "Sự chậm trễ này đã gây phiền hà, tốn kém chi phí, công sức của {{ addressed_as }}. {{ agency_name }} "
        "chân thành xin lỗi {{ addressed_as }}{% if form.asks_for_extension %}, đề nghị gia hạn thời gian "
        "giải quyết hồ sơ{% endif %} và hẹn lại thời gian trả kết quả lúc: {{ new_due }}.",
    )
    say(
        document.add_paragraph(),
        "Mong nhận được sự thông cảm của {{ addressed_as }} vì sự chậm trễ này./.",
    )
    head_signs(document)
    return document


def stop():
    document = sheet(full=False)
    letterhead(document)
    say(document.add_paragraph(), "Kính gửi: {{ addressee }}", align=CENTRE)
    citation(document)
    say(document.add_paragraph(), "{{ agency_name }} thông báo dừng giải quyết hồ sơ sau đây:")
    facts(document)
    say(document.add_paragraph(), "Căn cứ dừng giải quyết: {{ ground }}")
    say(document.add_paragraph(), "Lý do: {{ reason }}")
    say(
        document.add_paragraph(),
        "Hồ sơ dừng được giải quyết kể từ {{ stopped }}. {{ addressed_as }} liên hệ {{ papers_at }} để nhận lại "
        "giấy tờ bản chính đã nộp (nếu có)./.",
    )
    head_signs(document)
    return document


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for make in (supplement, refusal, apology, stop):
        make().save(FOLDER / f"{make.__name__}.docx")
        print(FOLDER / f"{make.__name__}.docx")


if __name__ == "__main__":
    main()
