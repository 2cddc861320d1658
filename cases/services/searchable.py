"""Scans become searchable: `ocrmypdf` with tesseract reads them, where it is installed.

Nobody waits for it and nothing depends on it: the scan stays what it is, the searchable PDF is a copy.
"""

import io
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from PIL import Image, ImageOps
from pypdf import PdfWriter

from cases import queries
from cases.enums import DocumentSource
from cases.errors import FileMissing
from cases.models import Document
from cases.pictures import PDF, UNREADABLE, flat, opened_image, text_of_pdf
from cases.scan_enums import TextFault, TextState
from cases.services.only_run import only_run
from cases.services.stored_files import store_file

logger = logging.getLogger(__name__)

TOOL = "ocrmypdf"
SECONDS_PER_SCAN = 300
# A run begins no further scan after this; with the last one it ends before the worker's own limit.
SECONDS_PER_RUN = 500
LONGEST_TEXT = 1_000_000  # characters
MOST_PIXELS = 2_000_000_000  # of all sheets: some 230 at 300 dpi, more than can be read in time
A4_INCHES = (8.27, 11.69)
_LOCK = 0x4F4352


class Unreadable(Exception):
    """The tool gave up, or took too long: `fault` for people, the text for the log."""

    def __init__(self, fault: TextFault, said: str):
        super().__init__(said)
        self.fault = fault


def tool() -> str | None:
    """Where the tool is, None when it is switched off or not installed."""
    return shutil.which(TOOL) if settings.OCR == "auto" else None


def state_of_new(source: str) -> str:
    """Where a file that was just stored stands: a scan waits to be read, if somebody can read it."""
    return TextState.WAITING if source == DocumentSource.SCAN and tool() else TextState.NONE


def search_waiting_scans() -> tuple[int, int]:
    """Read the scans that wait, newest first: what is on the desk now; returns how many were read and failed.

    One run at a time over all workers, so that the others stay free for what is urgent.
    """
    done = failed = 0
    if not tool():
        return done, failed
    with only_run(_LOCK) as alone:
        until = time.monotonic() + SECONDS_PER_RUN
        while alone and time.monotonic() < until:
            document = _next_waiting()
            if document is None:
                break
            if find_text(document):
                done += 1
            else:
                failed += 1
    return done, failed


def _next_waiting() -> Document | None:
    """The newest scan; one whose reading killed its worker comes after all others, and only once more."""
    waiting = Document.objects.filter(text_state=TextState.WAITING)
    waiting.filter(text_fault=TextFault.TOOL).update(text_state=TextState.FAILED)
    return waiting.order_by("text_fault", "-pk").first()


def leave_unread_but(most: int) -> None:
    """Only the newest scans go on waiting to be read; the others stay pictures, as where no tool is installed."""
    waiting = Document.objects.filter(text_state=TextState.WAITING)
    newest = list(waiting.order_by("-pk").values_list("pk", flat=True)[:most])
    waiting.exclude(pk__in=newest).update(text_state=TextState.NONE)


def find_text(document: Document) -> bool:
    """Read one scan: text and searchable copy, or FAILED with the reason; tells which.

    What was turned or taken out in the meantime stays untouched.
    """
    # Noted before it is read: nobody could do it afterwards, if reading it takes all memory.
    _as_it_was(document).update(text_fault=TextFault.TOOL if document.text_fault else TextFault.SLOW)
    try:
        copy = _searchable(document)
        text = text_of_pdf(copy).replace("\x00", "")[:LONGEST_TEXT]
    except (Unreadable, FileMissing, *UNREADABLE) as error:
        logger.warning("no text in document %s: %s", document.pk, error)
        _as_it_was(document).update(text_state=TextState.FAILED, text_fault=_fault_of(error))
        return False
    kept = Document(added_at=document.added_at)
    store_file(kept.searchable, ContentFile(copy, name="text.pdf"))
    still_there = _as_it_was(document).update(
        searchable=kept.searchable.name,
        text=text,
        text_state=TextState.DONE if text else TextState.FAILED,
        text_fault="" if text else TextFault.WORDLESS,
    )
    if not still_there:
        kept.searchable.storage.delete(kept.searchable.name)
    return bool(text)


def _fault_of(error: Exception) -> TextFault:
    if isinstance(error, Unreadable):
        return error.fault
    return TextFault.LOST if isinstance(error, FileMissing) else TextFault.BROKEN


def _as_it_was(document: Document):
    return Document.objects.filter(pk=document.pk, sha256=document.sha256, text_state=TextState.WAITING)


def _searchable(document: Document) -> bytes:
    with tempfile.TemporaryDirectory(prefix="onestop-ocr-") as name:
        folder = Path(name)
        source, target = folder / "scan.pdf", folder / "text.pdf"
        with queries.open_file(document) as file:
            content = file.read()
        if document.mime_type == PDF:
            source.write_bytes(content)
        else:
            _as_pdf(content, source)
        # No --rotate-pages: the copy shall look like the scan. Pages that have text already keep it.
        _run(
            [tool() or TOOL, "--language", settings.OCR_LANGUAGES, "--skip-text", "--output-type", "pdf"]
            + ["--optimize", "0", "--jobs", "2", "--quiet", str(source), str(target)],
            folder,
        )
        return target.read_bytes()


def _as_pdf(content: bytes, target: Path) -> None:
    """An image as PDF, sheet by sheet: never more than one of them is unpacked."""
    writer, pixels = PdfWriter(), 0
    with opened_image(content) as image:
        for number in range(getattr(image, "n_frames", 1) if image.format == "TIFF" else 1):
            image.seek(number)
            pixels += image.width * image.height
            if pixels > MOST_PIXELS:
                raise Unreadable(TextFault.SLOW, f"more than {MOST_PIXELS} pixels")
            writer.append(_sheet(image), import_outline=False)
    writer.write(target)


def _sheet(image: Image.Image) -> io.BytesIO:
    """As a PDF of one page: upright, without transparency, of the size of a sheet when it does not say."""
    upright = flat(ImageOps.exif_transpose(image))
    said = float(image.info.get("dpi", (0, 0))[0])
    resolution = said if said >= 72 else max(upright.size) / A4_INCHES[1]
    # Black and white is kept bit by bit and knows no quality.
    quality = {} if upright.mode == "1" else {"quality": 90}
    buffer = io.BytesIO()
    upright.save(buffer, "PDF", resolution=resolution, **quality)
    return buffer


def _run(command: list[str], folder: Path) -> None:
    """Run the tool with everything it starts; all of it is killed when the time is over."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder), "OMP_THREAD_LIMIT": "1"},
        start_new_session=True,
    )
    try:
        _out, said = process.communicate(timeout=SECONDS_PER_SCAN)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(TextFault.SLOW, f"not read within {SECONDS_PER_SCAN} seconds") from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise Unreadable(TextFault.TOOL, f"{TOOL} ended with {process.returncode}: {' '.join(last)}")
