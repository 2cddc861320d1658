"""Scans become searchable where ocrmypdf is installed, and nothing breaks where it is not."""

import gc
import io
import shutil
import weakref

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader

from cases import papers, services
from cases.enums import DocumentSource
from cases.models import Document
from cases.pictures import flat
from cases.scan_enums import TextFault, TextState
from cases.services import searchable
from tests.cases.helpers import everything
from tests.cast import upload

pytestmark = pytest.mark.usefixtures("english")

needs_the_tool = pytest.mark.skipif(
    not shutil.which("ocrmypdf"), reason="ocrmypdf is not installed; on Debian: apt-get install ocrmypdf"
)


def typed(kind: str, **more) -> bytes:
    """A sheet with a few words, as a scanner would make it at 150 dpi."""
    page = Image.new("L", (1240, 500), 255)
    draw = ImageDraw.Draw(page)
    draw.text((100, 100), "BIRTH CERTIFICATE 12345", fill=0, font=ImageFont.load_default(64))
    buffer = io.BytesIO()
    page.save(buffer, kind, **more)
    return buffer.getvalue()


def black_and_white(kind: str) -> bytes:
    """The same sheet as office scanners deliver it."""
    more = {"compression": "group4", "dpi": (200, 200)} if kind == "TIFF" else {}
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(typed("PNG"))) as page:
        page.convert("1").save(buffer, kind, **more)
    return buffer.getvalue()


@pytest.fixture
def no_tool(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def stand_in(monkeypatch, tmp_path):
    """A program of that name which does what the test says; real process, real exit code."""

    def install(script: str) -> None:
        program = tmp_path / "ocrmypdf"
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return install


@pytest.fixture
def dossier(world):
    return world.receive()


def add(world, dossier, name="quet.pdf", content=None, **more) -> Document:
    return services.add_document(dossier, upload(name, content), by=world.clerk, **more)


def fault_of(document) -> str:
    return Document.objects.get(pk=document.pk).text_fault


def state_of(document) -> str:
    return Document.objects.get(pk=document.pk).text_state


# With the tool ----------------------------------------------------------------------------------


@needs_the_tool
@pytest.mark.parametrize("kind", ["PDF", "PNG", "JPEG", "TIFF"])
def test_a_scan_becomes_searchable(world, dossier, kind):
    document = add(world, dossier, content=typed(kind, **({"resolution": 150} if kind == "PDF" else {})))
    assert document.text_state == TextState.WAITING
    assert searchable.search_waiting_scans() == (1, 0)
    found = Document.objects.get(pk=document.pk)
    assert found.text_state == TextState.DONE
    assert "BIRTH CERTIFICATE 12345" in found.text
    assert papers.open_searchable(found).read(5) == b"%PDF-"
    # The scan itself stays as it was.
    assert (found.file.name, found.sha256) == (document.file.name, document.sha256)
    assert [passage.document for passage in papers.find_text(dossier, "birth 12345")] == [found]


@needs_the_tool
def test_a_fax_becomes_searchable(world, dossier):
    document = add(world, dossier, "fax.tif", black_and_white("TIFF"))
    assert searchable.search_waiting_scans() == (1, 0)
    assert "BIRTH CERTIFICATE 12345" in Document.objects.get(pk=document.pk).text


@needs_the_tool
def test_a_sheet_without_words_is_done_and_found_empty(world, dossier):
    buffer = io.BytesIO()
    Image.new("LA", (600, 400), (255, 0)).save(buffer, "PNG")
    document = add(world, dossier, "trong.png", buffer.getvalue())
    assert searchable.search_waiting_scans() == (0, 1)
    assert (state_of(document), fault_of(document)) == (TextState.FAILED, TextFault.WORDLESS)


# A tool that misbehaves -------------------------------------------------------------------------


def test_a_tool_that_fails_leaves_a_note_and_nothing_else(world, dossier, stand_in, caplog):
    stand_in("echo 'the input is strange' >&2\nexit 2\n")
    document = add(world, dossier)
    assert searchable.search_waiting_scans() == (0, 1)
    assert (state_of(document), fault_of(document)) == (TextState.FAILED, TextFault.TOOL)
    assert "ocrmypdf ended with 2: the input is strange" in caplog.text
    assert searchable.search_waiting_scans() == (0, 0)


def test_a_tool_that_does_not_end_is_ended(world, dossier, stand_in, monkeypatch, caplog, tmp_path):
    monkeypatch.setattr(searchable, "SECONDS_PER_SCAN", 0.2)
    stand_in(f"sleep 60 &\necho $! > {tmp_path}/child\nwait\n")
    document = add(world, dossier)
    assert searchable.search_waiting_scans() == (0, 1)
    assert (state_of(document), fault_of(document)) == (TextState.FAILED, TextFault.SLOW)
    assert "not read within 0.2 seconds" in caplog.text


def test_a_tool_that_writes_nonsense_is_not_believed(world, dossier, stand_in):
    stand_in('for last; do :; done\necho nonsense > "$last"\n')
    document = add(world, dossier)
    assert searchable.search_waiting_scans() == (0, 1)
    assert Document.objects.get(pk=document.pk).searchable.name == ""
    assert fault_of(document) == TextFault.BROKEN


def test_a_lost_file_is_a_failure_too(world, dossier, stand_in):
    stand_in("exit 0\n")
    document = add(world, dossier)
    document.file.storage.delete(document.file.name)
    assert searchable.search_waiting_scans() == (0, 1)
    assert fault_of(document) == TextFault.LOST


def test_a_turned_scan_is_read_anew_and_its_fault_forgotten(world, dossier, stand_in):
    stand_in("exit 2\n")
    document = add(world, dossier, content=typed("PNG"))
    searchable.search_waiting_scans()
    services.turn_pages(Document.objects.get(pk=document.pk), by=world.clerk, degrees=90)
    assert (state_of(document), fault_of(document)) == (TextState.WAITING, "")


class Killed(BaseException):
    """Nothing is done any more, as when the system kills a worker that takes all memory."""


def test_a_scan_that_killed_its_worker_is_tried_once_more_after_all_others(
    world, dossier, stand_in, monkeypatch
):
    def killed(command, folder):
        raise Killed

    stand_in("exit 2\n")
    other, document = add(world, dossier), add(world, dossier)
    for _ in range(2):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(searchable, "_run", killed)
            searchable.find_text(Document.objects.get(pk=document.pk))
        assert state_of(document) == TextState.WAITING
        assert searchable._next_waiting() in (other, None)
    assert searchable.search_waiting_scans() == (0, 1)
    assert (state_of(document), fault_of(document)) == (TextState.FAILED, TextFault.TOOL)


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_black_and_white_stays_black_and_white(kind, tmp_path):
    searchable._as_pdf(black_and_white(kind), tmp_path / "fax.pdf")
    page = PdfReader(tmp_path / "fax.pdf").pages[0]
    (inside,) = page["/Resources"]["/XObject"].values()
    assert (inside["/Width"], inside["/Height"], inside["/BitsPerComponent"]) == (1240, 500, 1)
    # 1240 dots are so wide at the 200 dpi that the file says; without a word it is as long as an A4 sheet.
    assert round(page.mediabox.width) == (446 if kind == "TIFF" else 842)


def test_sheets_of_every_kind_are_unpacked_one_after_the_other(tmp_path, monkeypatch):
    sheets = [Image.new(mode, (40, 20)) for mode in ("1", "RGB", "L", "RGBA", "1", "CMYK")]
    buffer, unpacked = io.BytesIO(), []
    sheets[0].save(buffer, "TIFF", save_all=True, append_images=sheets[1:])

    def flat_alone(image):
        gc.collect()
        assert not any(sheet() for sheet in unpacked)
        made = flat(image)
        unpacked.append(weakref.ref(made))
        return made

    monkeypatch.setattr(searchable, "flat", flat_alone)
    searchable._as_pdf(buffer.getvalue(), tmp_path / "fax.pdf")
    assert (len(unpacked), len(PdfReader(tmp_path / "fax.pdf").pages)) == (6, 6)


def test_a_fax_that_could_not_be_read_in_time_is_not_tried(world, dossier, stand_in, monkeypatch):
    stand_in("exit 0\n")
    monkeypatch.setattr(searchable, "MOST_PIXELS", 1240 * 500 - 1)
    document = add(world, dossier, content=typed("TIFF"))
    assert searchable.search_waiting_scans() == (0, 1)
    assert (state_of(document), fault_of(document)) == (TextState.FAILED, TextFault.SLOW)


def test_what_was_taken_out_while_it_was_read_leaves_no_copy(world, dossier, stand_in):
    stand_in('for last; do before="$source"; source="$last"; done\ncp "$before" "$source"\n')
    document = add(world, dossier, content=typed("PDF"))
    files = set(default_storage.listdir("2026/11")[1])
    Document.objects.filter(pk=document.pk).delete()
    assert searchable.find_text(document) is False
    assert set(default_storage.listdir("2026/11")[1]) == files


# Without it -------------------------------------------------------------------------------------


def test_without_the_tool_a_scan_is_stored_and_nothing_waits(world, dossier, no_tool):
    assert add(world, dossier).text_state == TextState.NONE
    before = everything()
    assert searchable.search_waiting_scans() == (0, 0)
    assert everything() == before


def test_what_waits_goes_on_waiting_while_the_tool_is_away(world, dossier, no_tool):
    document = add(world, dossier)
    Document.objects.filter(pk=document.pk).update(text_state=TextState.WAITING)
    assert searchable.search_waiting_scans() == (0, 0)
    assert state_of(document) == TextState.WAITING


def test_switched_off_it_is_never_asked(world, dossier, stand_in, settings):
    stand_in("exit 0\n")
    settings.OCR = "off"
    assert searchable.tool() is None
    assert add(world, dossier).text_state == TextState.NONE


def test_only_scans_wait(world, dossier, stand_in):
    stand_in("exit 0\n")
    assert add(world, dossier, source=DocumentSource.UPLOAD).text_state == TextState.NONE


@pytest.mark.django_db(transaction=True)
def test_one_run_at_a_time(world, stand_in):
    stand_in("exit 2\n")
    document = add(world, world.receive())
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [searchable._LOCK])
            assert searchable.search_waiting_scans() == (0, 0)
            assert state_of(document) == TextState.WAITING
            cursor.execute("SELECT pg_advisory_unlock(%s)", [searchable._LOCK])
    finally:
        other.close()
    assert searchable.search_waiting_scans() == (0, 1)
