"""Files are accepted by what they are: type, size, pages and hash; stored outside the web root."""

import hashlib
import io
from datetime import date

import pytest
from django.conf import settings as project_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, TextStringObject

from cases import services
from cases.enums import DocumentSource, EventKind, State
from cases.errors import BadFile, Invalid, NotPermitted
from cases.models import Document
from cases.services.documents import check_file
from cases.services.stored_files import files_or_nothing
from tests.cases.helpers import (
    last_event,
    refused,
    refused_in_this_state,
    refused_to_everybody_but,
)
from tests.cases.small_files import written_pdf
from tests.cast import local, pdf, upload

pytestmark = pytest.mark.usefixtures("english")


def picture(kind: str, pages: int = 1, size: tuple[int, int] = (20, 20)) -> bytes:
    buffer = io.BytesIO()
    sheets = [Image.new("RGB" if pages > 1 or size == (20, 20) else "1", size) for _ in range(pages)]
    more = {"save_all": True, "append_images": sheets[1:]} if pages > 1 else {}
    sheets[0].save(buffer, format=kind, **more)
    return buffer.getvalue()


def with_inside(more: dict) -> bytes:
    """A PDF with something more at its root."""

    def as_object(value):
        if isinstance(value, dict):
            return DictionaryObject({NameObject(key): as_object(one) for key, one in value.items()})
        if isinstance(value, int):
            return NumberObject(value)
        return NameObject(value) if value.startswith("/") else TextStringObject(value)

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.root_object.update(as_object(more))
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def locked_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("mat-khau", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def tiff_without_size() -> bytes:
    """A TIFF of two sheets; the directory of the second has another tag where the width was."""
    before, width, after = picture("TIFF", pages=2).rpartition(b"\x00\x01\x04\x00")
    return before + b"\xfe\xff" + width[2:] + after


@pytest.mark.parametrize(
    ("name", "content", "mime_type", "pages", "suffix"),
    [
        ("to-khai.pdf", pdf(3), "application/pdf", 3, ".pdf"),
        ("to-khai.PDF", pdf(), "application/pdf", 1, ".pdf"),
        ("anh.jpg", picture("JPEG"), "image/jpeg", 1, ".jpg"),
        ("anh.png", picture("PNG"), "image/png", 1, ".png"),
        ("fax.tiff", picture("TIFF", pages=2), "image/tiff", 2, ".tif"),
        ("thật ra là ảnh.pdf", picture("PNG"), "image/png", 1, ".png"),
    ],
)
def test_add_document_knows_the_file_by_its_content(world, name, content, mime_type, pages, suffix):
    document = services.add_document(world.receive(), upload(name, content), by=world.clerk)
    document = Document.objects.get(pk=document.pk)
    assert (document.name, document.mime_type, document.pages) == (name, mime_type, pages)
    assert (document.size, document.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert document.file.name.endswith(suffix)
    assert document.file.read() == content


def test_add_document_notes_who_when_and_for_which_component(world, clock):
    dossier = world.receive()
    clock.move_to("2026-11-09 09:10")
    item = dossier.components.first()
    document = services.add_document(dossier, upload(), by=world.clerk, component=item)
    assert (document.added_by, document.added_at) == (world.clerk, local("2026-11-09 09:10"))
    assert (document.component, document.source) == (item, DocumentSource.SCAN)
    assert last_event(dossier) == (
        EventKind.DOCUMENT_ADDED,
        "Lê Thị Một Cửa",
        "",
        "received",
        "Document added: giay-to.pdf.",
    )
    assert dossier.events.last().data["sha256"] == document.sha256


def test_add_document_stores_it_outside_the_web_root_under_a_name_that_tells_nothing(world):
    document = services.add_document(
        world.receive(), upload("Nguyễn Thị Ví Dụ 040000000001.pdf"), by=world.clerk
    )
    assert not document.file.path.startswith(str(project_settings.STATIC_ROOT))
    assert "040000000001" not in document.file.name
    assert document.file.name.startswith("2026/11/")


def test_add_document_forgets_the_folders_in_a_file_name(world):
    document = services.add_document(
        world.receive(), upload("C:\\Users\\an\\..\\to-khai.pdf"), by=world.clerk
    )
    assert document.name == "to-khai.pdf"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("trong.pdf", b"", "“trong.pdf” is empty. Choose the file again."),
        (
            "virus.pdf",
            b"MZ" + b"\0" * 100,
            "“virus.pdf” is not a PDF, JPEG, PNG or TIFF file, whatever its name says.",
        ),
        (
            "trang.pdf",
            b"<html><script>alert(1)</script></html>",
            "“trang.pdf” is not a PDF, JPEG, PNG or TIFF file, whatever its name says.",
        ),
        (
            "hong.pdf",
            b"%PDF-1.7\nhalf a file",
            "“hong.pdf” is broken or protected and cannot be opened. Scan or save it again.",
        ),
        (
            "khoa.pdf",
            locked_pdf(),
            "“khoa.pdf” is broken or protected and cannot be opened. Scan or save it again.",
        ),
        (
            "nua-anh.png",
            picture("PNG")[:40],
            "“nua-anh.png” is broken or protected and cannot be opened. Scan or save it again.",
        ),
        (
            "khong-trang.pdf",
            pdf(0),
            "“khong-trang.pdf” is broken or protected and cannot be opened. Scan or save it again.",
        ),
        (
            "nua-anh.jpg",
            picture("JPEG")[:-30],
            "“nua-anh.jpg” is broken or protected and cannot be opened. Scan or save it again.",
        ),
        (
            "sach.pdf",
            pdf(1001),
            "“sach.pdf” has more than 1000 pages. Split it into several files.",
        ),
        (
            "muoi-nghin-trang.pdf",
            pdf(10_000),
            "“muoi-nghin-trang.pdf” has more than 1000 pages. Split it into several files.",
        ),
        (
            "bom.png",
            picture("PNG", size=(10_001, 10_000)),
            "A page of “bom.png” has more than 100 million pixels. Scan with a lower resolution: 300 dpi is "
            "enough.",
        ),
        (
            "bom.pdf",
            with_inside({"/Bomb": {"/Subtype": "/Image", "/Width": 100_000, "/Height": 100_000}}),
            "A page of “bom.pdf” has more than 100 million pixels. Scan with a lower resolution: 300 dpi is "
            "enough.",
        ),
        (
            "chay.pdf",
            with_inside({"/OpenAction": {"/S": "/JavaScript", "/JS": "app.alert(1)"}}),
            "“chay.pdf” has a program inside that runs when it is opened. Print it to a new PDF, or scan it.",
        ),
        (
            "goi.pdf",
            with_inside({"/OpenAction": {"/S": "/Launch", "/F": "cmd.exe"}}),
            "“goi.pdf” has a program inside that runs when it is opened. Print it to a new PDF, or scan it.",
        ),
        (
            "goi-vong.pdf",
            written_pdf(b"<</S 5 0 R/F(cmd.exe)>>", b"/Launch"),
            "“goi-vong.pdf” has a program inside that runs when it is opened. Print it to a new PDF, or scan it.",
        ),
        (
            "bom-vong.pdf",
            written_pdf(b"<</Subtype 5 0 R/Width 6 0 R/Height 10>>", b"/Image", b"999999999"),
            "A page of “bom-vong.pdf” has more than 100 million pixels. Scan with a lower resolution: 300 dpi is "
            "enough.",
        ),
        (
            "vong-hai-lan.pdf",
            written_pdf(b"5 0 R", b"<</S/Launch>>"),
            "“vong-hai-lan.pdf” is broken or protected and cannot be opened. Scan or save it again.",
        ),
        (
            "vong-tron.pdf",
            written_pdf(b"<</S 5 0 R>>", b"6 0 R", b"5 0 R"),
            "“vong-tron.pdf” is broken or protected and cannot be opened. Scan or save it again.",
        ),
        (
            "anh-khong-rong.pdf",
            written_pdf(b"<</Subtype/Image/Width null/Height 10>>"),
            "“anh-khong-rong.pdf” is broken or protected and cannot be opened. Scan or save it again.",
        ),
        (
            "fax-khong-rong.tif",
            tiff_without_size(),
            "“fax-khong-rong.tif” is broken or protected and cannot be opened. Scan or save it again.",
        ),
        (
            "kem.pdf",
            with_inside({"/Names": {"/EmbeddedFiles": {}}}),
            "“kem.pdf” has other files inside, which nobody would see. Hand in each as a file of its own.",
        ),
    ],
)
def test_add_document_refuses_what_cannot_be_read(world, name, content, sentence):
    dossier = world.receive()
    with refused(BadFile, "bad_file") as caught:
        services.add_document(dossier, upload(name, content), by=world.clerk)
    assert (caught.value.field, caught.value.sentence) == ("file", sentence)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a" * 300 + ".pdf", "a" * 251 + ".pdf"),
        ("giấy 😀.pdf", "giấy 😀.pdf"),
        ("to\u202efdp.exe", "to fdp.exe"),
        ("../../etc/passwd", "passwd"),
        ("..", "nameless"),
        ("  ", "nameless"),
        ("a\x00b\nc.pdf", "ab c.pdf"),
        ("to\u031b\u031bkhai.pdf", "tơ\u031bkhai.pdf"),
        ("lone\ud800.pdf", "lone .pdf"),
    ],
)
def test_add_document_keeps_a_name_that_can_be_shown(world, name, kept):
    file = ContentFile(pdf(), name=name)
    document = services.add_document(world.receive(), file, by=world.clerk)
    assert Document.objects.get(pk=document.pk).name == kept


@pytest.mark.parametrize("inside", [b"<</S[1]>>", b"<</S<</Subtype/Form>>>>", b"<</S 5 0 R>>"])
def test_a_letter_that_names_something_else_is_no_program(inside):
    content = written_pdf(inside, b"<</Subtype/Form>>")
    assert check_file(ContentFile(content, name="x.pdf")).pages == 1


def test_a_photo_with_a_second_picture_inside_has_one_page(world):
    document = services.add_document(world.receive(), upload("anh", picture("MPO", pages=2)), by=world.clerk)
    assert (document.mime_type, document.pages) == ("image/jpeg", 1)


@settings(max_examples=200, deadline=None)
@given(
    start=st.sampled_from(
        [b"%PDF-1.7\n", pdf()[:200], picture("PNG")[:50], picture("JPEG")[:200], b"II*\x00"]
    ),
    rest=st.binary(max_size=400),
)
def test_no_content_at_all_gives_anything_but_a_sentence(start, rest):
    try:
        checked = check_file(ContentFile(start + rest, name="x.pdf"))
    except BadFile as error:
        assert "“x.pdf”" in error.sentence
    else:
        assert checked.pages >= 1


def test_a_file_of_work_that_failed_is_removed_again(world):
    dossier = world.processing()
    folder = default_storage.listdir("2026/11")[1]
    with refused(Invalid):
        services.record_result(
            dossier, upload(), by=world.officer, number="1/KQ", signer="A", valid_until=date(2026, 1, 1)
        )
    with pytest.raises(RuntimeError), files_or_nothing(), transaction.atomic():
        services.add_document(dossier, upload(), by=world.officer)
        raise RuntimeError
    assert default_storage.listdir("2026/11")[1] == folder


def test_add_document_refuses_what_is_over_the_limit(world, settings):
    dossier = world.receive()
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    services.add_document(dossier, upload("vua.pdf", pdf().ljust(1024 * 1024, b"\n")), by=world.clerk)
    with refused(BadFile, "bad_file") as caught:
        services.add_document(dossier, upload("to.pdf", pdf().ljust(1024 * 1024 + 1, b"\n")), by=world.clerk)
    assert caught.value.sentence == (
        "“to.pdf” is larger than 1 MB. Scan with a lower resolution or split it."
    )


def test_add_document_refuses_a_component_of_another_dossier(world):
    dossier, other = world.receive(), world.receive()
    with refused(Invalid) as caught:
        services.add_document(dossier, upload(), by=world.clerk, component=other.components.first())
    assert (caught.value.field, caught.value.sentence) == (
        "component",
        "This component belongs to another dossier.",
    )


def test_add_document_refuses_an_unknown_source(world):
    dossier = world.receive()
    with refused(Invalid) as caught:
        services.add_document(dossier, upload(), by=world.clerk, source="dream")
    assert (caught.value.field, caught.value.sentence) == (
        "source",
        "“dream” is not one of: scan, upload, reused, result.",
    )


@pytest.mark.parametrize("state", [State.RETURNED, State.REFUSED, State.STOPPED])
def test_add_document_is_not_possible_at_the_end(world, state):
    dossier = world.in_state(state)
    refused_in_this_state(dossier, lambda: services.add_document(dossier, upload(), by=world.clerk))


def test_add_document_is_not_permitted_to_anybody_else(world):
    dossier = world.receive()
    refused_to_everybody_but(
        world,
        world.clerk,
        world.officer,
        world.second_officer,
        act=lambda person: services.add_document(dossier, upload(), by=person),
    )


def test_add_document_is_refused_to_the_outsider(world):
    dossier = world.receive()
    with refused(NotPermitted, "not_permitted"):
        services.add_document(dossier, upload(), by=world.outsider_clerk)


def test_add_document_by_the_applicant_needs_no_account(world):
    document = services.add_document(world.submit(), upload(), by=None, source=DocumentSource.UPLOAD)
    assert (document.added_by, document.source) == (None, "upload")
