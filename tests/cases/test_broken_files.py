"""Files that a storm, a stick or somebody evil has damaged: whatever they are, people get a sentence."""

import io
from contextlib import suppress

import pytest
from django.core.files.base import ContentFile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter

from cases import services
from cases.errors import BadFile
from cases.pictures import UNREADABLE, picture
from cases.services.documents import check_file
from cases.services.pages import turned
from tests.cases.helpers import refused
from tests.cases.small_files import written_pdf
from tests.cast import upload

pytestmark = pytest.mark.usefixtures("english")


def written(image: Image.Image, kind: str, **more) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def rewritten(content: bytes) -> bytes:
    """The same PDF as another program writes it."""
    buffer = io.BytesIO()
    PdfWriter(clone_from=PdfReader(io.BytesIO(content))).write(buffer)
    return buffer.getvalue()


def turned_once() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


SHEET = Image.linear_gradient("L").resize((48, 40)).convert("RGB")
TWO = {"save_all": True, "append_images": [SHEET]}
WHOLE = {
    "pdf": written(SHEET, "PDF", **TWO),
    "pdf of another program": rewritten(written(SHEET, "PDF", **TWO)),
    "pdf by hand": written_pdf(b"<</Subtype/Image/Width 5 0 R/Height 10/S/D>>", b"20"),
    "jpeg": written(SHEET, "JPEG", exif=turned_once()),
    "png": written(SHEET, "PNG", dpi=(200, 200)),
    "tiff": written(SHEET, "TIFF", compression="tiff_adobe_deflate", **TWO),
    "packed tiff": written(SHEET, "TIFF", compression="tiff_lzw"),
    "fax": written(SHEET.convert("1"), "TIFF", compression="group4"),
}
DAMAGE = st.tuples(
    st.sampled_from(["other bytes", "another figure", "more", "less", "end"]),
    st.integers(0, 100_000),
    st.binary(min_size=1, max_size=12),
)


def damaged(content: bytes, damages: list[tuple[str, int, bytes]]) -> bytes:
    for kind, at, more in damages:
        at %= len(content)
        before, after = content[:at], content[at:]
        if kind == "other bytes":
            content = before + more + after[len(more) :]
        elif kind == "another figure":
            place = next((n for n, byte in enumerate(after) if 48 <= byte <= 57), 0)
            content = before + after[:place] + b"%d" % (more[0] % 10) + after[place + 1 :]
        elif kind == "more":
            content = before + more + after
        elif kind == "less":
            content = before + after[len(more) :] or more
        else:
            content = before or more
    return content


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow tells what is wrong with a TIFF
@settings(max_examples=600, deadline=None)
@given(kind=st.sampled_from(sorted(WHOLE)), damages=st.lists(DAMAGE, min_size=1, max_size=5))
def test_a_damaged_file_is_accepted_or_refused_with_a_sentence(kind, damages):
    content = damaged(WHOLE[kind], damages)
    try:
        checked = check_file(ContentFile(content, name="x"))
    except BadFile as error:
        assert "“x”" in error.sentence
        return
    for act in (
        lambda: picture(content, checked.mime_type, page=checked.pages, longest=240),
        lambda: turned(content, checked.mime_type, degrees=90, pages={checked.pages}),
    ):
        with suppress(*UNREADABLE):
            act()


@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_undamaged_they_are_accepted_drawn_and_turned(kind):
    checked = check_file(ContentFile(WHOLE[kind], name="x"))
    assert picture(checked.content, checked.mime_type, page=1, longest=240)[:2] == b"\xff\xd8"
    again = turned(checked.content, checked.mime_type, degrees=90, pages={1})
    assert check_file(ContentFile(again, name="x")).pages == checked.pages


def test_what_is_accepted_and_cannot_be_turned_is_said(world):
    content = written_pdf(b"<</S/D>>").replace(b"/Size 5", b"/Some 5")
    document = services.add_document(world.receive(), upload("cu.pdf", content), by=world.clerk)
    with refused(BadFile) as caught:
        services.turn_pages(document, by=world.clerk, degrees=90)
    assert caught.value.sentence == "“cu.pdf” cannot be turned here. Turn the paper and scan it again."
