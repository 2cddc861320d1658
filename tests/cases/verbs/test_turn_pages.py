"""turn_pages (xoay trang): a scan is turned without loss by who may add files, until the dossier ends."""

import hashlib
import io

import pytest
from django.core.files.storage import default_storage
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from pypdf import PdfReader

from cases import services
from cases.enums import DocumentSource, EventKind
from cases.errors import BadFile, ChangedMeanwhile, Invalid, NotPermitted, NotPossibleNow
from cases.models import Document
from cases.services import pages
from cases.services.pages import turned
from tests.cases.helpers import last_event, refused, refused_in_this_state, refused_to_everybody_but
from tests.cast import pdf, upload

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def scan(world):
    return services.add_document(world.receive(), upload("to-khai.pdf", pdf(3)), by=world.clerk)


def rotations(document) -> list[int]:
    with document.file.open("rb") as file:
        return [page.rotation for page in PdfReader(file).pages]


def corners(kind: str, **more) -> bytes:
    """A picture of which every corner has its own grey."""
    image = Image.new("L", (40, 20), 255)
    for box, grey in {(0, 0, 20, 10): 0, (20, 0, 40, 10): 80, (0, 10, 20, 20): 160}.items():
        image.paste(grey, box)
    buffer = io.BytesIO()
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def seen(content: bytes, frame: int = 0) -> Image.Image:
    """What a person sees of it."""
    with Image.open(io.BytesIO(content)) as image:
        image.seek(frame)
        return ImageOps.exif_transpose(image.copy() if image.format == "TIFF" else image)


def test_turn_pages_turns_them_all_and_changes_the_hash(world, scan):
    document = services.turn_pages(scan, by=world.clerk, degrees=90)
    assert rotations(document) == [90, 90, 90]
    content = document.file.open("rb").read()
    assert (document.sha256, document.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert document.sha256 != scan.sha256


def test_turn_pages_turns_only_the_named_ones_and_adds_up(world, scan):
    document = services.turn_pages(scan, by=world.clerk, degrees=270, pages=[2])
    document = services.turn_pages(document, by=world.officer, degrees=180, pages=[2, 3])
    assert rotations(document) == [0, 90, 180]


def test_turn_pages_notes_both_hashes(world, scan):
    document = services.turn_pages(scan, by=world.clerk, degrees=90, pages=[1])
    assert last_event(document.dossier) == (
        EventKind.DOCUMENT_TURNED,
        "Lê Thị Một Cửa",
        "",
        "received",
        "Pages of the document to-khai.pdf were turned.",
    )
    assert document.dossier.events.last().data == {
        "name": "to-khai.pdf",
        "pages": [1],
        "degrees": 90,
        "sha256": document.sha256,
        "old_sha256": scan.sha256,
    }


def test_the_old_file_goes_with_the_commit(world, scan, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        document = services.turn_pages(scan, by=world.clerk, degrees=90)
        assert default_storage.exists(scan.file.name)
    assert not default_storage.exists(scan.file.name)
    assert default_storage.exists(document.file.name)


def test_what_stood_in_the_scan_is_looked_for_anew(world, scan):
    Document.objects.filter(pk=scan.pk).update(
        text="chữ nằm ngang", text_state="done", searchable="2026/11/x.pdf"
    )
    document = services.turn_pages(scan, by=world.clerk, degrees=90)
    assert (document.text, document.searchable.name) == ("", "")
    assert document.text_state in {"waiting", ""}  # as ocrmypdf is installed here or not


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_picture_is_turned_clockwise_without_loss(kind, degrees):
    content = corners(kind)
    mime_type = f"image/{kind.lower()}"
    found = seen(turned(content, mime_type, degrees=degrees, pages={1}))
    wanted = seen(content).transpose(pages.CLOCKWISE[degrees])
    assert (found.size, found.convert("L").tobytes()) == (wanted.size, wanted.convert("L").tobytes())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_that_is_turned_already_is_turned_on(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = corners("JPEG", exif=exif)
    found = seen(turned(content, "image/jpeg", degrees=90, pages={1}))
    assert found.tobytes() == seen(content).transpose(Image.Transpose.ROTATE_270).tobytes()


@settings(max_examples=25, deadline=None)
@given(turns=st.lists(st.sampled_from([90, 180, 270]), max_size=8))
def test_turns_add_up_and_the_picture_of_a_jpeg_never_changes(turns):
    content = turning = corners("JPEG")
    for degrees in turns:
        turning = turned(turning, "image/jpeg", degrees=degrees, pages={1})
    quarters = sum(turns) % 360
    wanted = seen(content).transpose(pages.CLOCKWISE[quarters]) if quarters else seen(content)
    assert seen(turning).tobytes() == wanted.tobytes()
    start = content.index(b"\xff\xdb")
    assert turning.endswith(content[start:])


def test_one_sheet_of_a_fax_is_turned(world):
    first, second = Image.new("1", (40, 20), 1), Image.new("1", (60, 30), 1)
    buffer = io.BytesIO()
    first.save(buffer, "TIFF", save_all=True, append_images=[second], compression="group4", dpi=(200, 200))
    document = services.add_document(world.receive(), upload("fax.tif", buffer.getvalue()), by=world.clerk)
    document = services.turn_pages(document, by=world.clerk, degrees=90, pages=[2])
    with Image.open(document.file.open("rb")) as fax:
        assert (fax.n_frames, fax.size, fax.mode, fax.info["compression"]) == (2, (40, 20), "1", "group4")
        fax.seek(1)
        assert (fax.size, fax.info["dpi"]) == ((30, 60), (200, 200))


def test_a_fax_that_would_fill_the_memory_is_not_turned(world, monkeypatch):
    monkeypatch.setattr(pages, "MAX_TIFF_PIXELS", 40 * 20 - 1)
    document = services.add_document(world.receive(), upload("fax.tif", corners("TIFF")), by=world.clerk)
    with refused(BadFile) as caught:
        services.turn_pages(document, by=world.clerk, degrees=90)
    assert caught.value.sentence == "“fax.tif” cannot be turned here. Turn the paper and scan it again."


def test_turn_pages_is_not_done_twice_by_two_who_see_the_same(world, scan):
    seen = scan.sha256
    turned_once = services.turn_pages(scan, by=world.clerk, degrees=90, seen=seen)
    with refused(ChangedMeanwhile, "changed_meanwhile") as caught:
        services.turn_pages(scan, by=world.officer, degrees=90, seen=seen)
    assert caught.value.sentence == (
        "Nothing was turned: somebody turned “to-khai.pdf” while you looked at it. Look at it again."
    )
    assert Document.objects.get().sha256 == turned_once.sha256
    services.turn_pages(scan, by=world.officer, degrees=270, seen=turned_once.sha256)


@pytest.mark.parametrize("degrees", [0, 1, 45, 360, -90])
def test_turn_pages_knows_right_angles_only(world, scan, degrees):
    with refused(Invalid) as caught:
        services.turn_pages(scan, by=world.clerk, degrees=degrees)
    assert caught.value.field == "degrees"


@pytest.mark.parametrize("wanted", [[], [0], [4], [1, 99]])
def test_turn_pages_refuses_pages_that_are_not_there(world, scan, wanted):
    with refused(Invalid) as caught:
        services.turn_pages(scan, by=world.clerk, degrees=90, pages=wanted)
    assert caught.value.sentence == "“to-khai.pdf” has the pages 1 to 3."


def test_what_was_filed_or_is_a_result_stays_as_it_is(world):
    dossier = world.receive()
    filed = services.add_document(dossier, upload("nop.pdf"), by=world.clerk, source=DocumentSource.UPLOAD)
    with refused(NotPossibleNow) as caught:
        services.turn_pages(filed, by=world.clerk, degrees=90)
    assert caught.value.sentence == "“nop.pdf” is no scan of the desk (Upload): it stays as it is."
    result = world.with_result(world.paid).documents.get(source=DocumentSource.RESULT)
    with refused(NotPossibleNow):
        services.turn_pages(result, by=world.officer, degrees=90)


def test_a_scan_that_somebody_has_taken_out_is_not_turned(world, scan):
    services.remove_document(Document.objects.get(pk=scan.pk), by=world.clerk, reason="nhầm")
    with refused(NotPossibleNow) as caught:
        services.turn_pages(scan, by=world.clerk, degrees=90)
    assert caught.value.sentence == "“to-khai.pdf” is no longer there: somebody has taken it out."


def test_turn_pages_is_not_possible_at_the_end(world, scan):
    stopped = services.withdraw(scan.dossier, by=world.clerk, reason="Người nộp đổi ý")
    for dossier in (stopped, world.returned()):
        document = dossier.documents.filter(source=DocumentSource.SCAN).first()
        refused_in_this_state(dossier, lambda d=document: services.turn_pages(d, by=world.clerk, degrees=90))


def test_turn_pages_is_not_permitted_to_anybody_else(world, scan):
    refused_to_everybody_but(
        world,
        world.clerk,
        world.officer,
        world.second_officer,
        act=lambda person: services.turn_pages(scan, by=person, degrees=90),
    )


def test_turn_pages_is_refused_to_the_outsider(world, scan):
    with refused(NotPermitted, "not_permitted"):
        services.turn_pages(scan, by=world.outsider_clerk, degrees=90)
