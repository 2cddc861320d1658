"""Uploads and forms to fill in are shown to clamd: a real little server speaks its protocol here."""

import io
import socketserver
import struct
import threading
import zipfile

import pytest

from cases import services
from cases.errors import BadFile
from cases.services.documents import check_file
from cases.services.virus_scan import CHUNK, ScannerAway, scan
from procedures.services.forms import FormRefused, check_form
from tests.cast import pdf, upload

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.StreamRequestHandler):
    """Reads an INSTREAM, keeps what came, and answers as clamd does."""

    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.server.seen.append(content)
        found = b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"
        self.wfile.write((self.server.answer or b"stream: " + found) + b"\0")


def served(server, settings, address: str):
    server.seen, server.answer = [], b""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.CLAMD = address
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def clamd(settings):
    server = socketserver.TCPServer(("127.0.0.1", 0), Clamd)
    yield from served(server, settings, f"tcp://127.0.0.1:{server.server_address[1]}")


@pytest.fixture
def clamd_at_a_socket(settings, tmp_path):
    path = str(tmp_path / "clamd.ctl")
    yield from served(socketserver.UnixStreamServer(path, Clamd), settings, f"unix://{path}")


@pytest.fixture(autouse=True)
def english_sentences(english):
    """Sentences are compared in English."""


def test_a_clean_file_passes_and_was_seen_whole(clamd):
    content = pdf() + b"%" * (2 * CHUNK)
    assert check_file(upload(content=content)).content == content
    assert clamd.seen == [content]


def test_a_scanner_at_a_socket_is_asked_too(clamd_at_a_socket):
    assert (scan(b"clean"), scan(EICAR)) == ("", "Eicar-Test-Signature")


def test_an_infected_file_is_refused_and_nothing_stored(world, clamd):
    dossier = world.receive()
    with pytest.raises(BadFile) as caught:
        services.add_document(dossier, upload("to-khai.pdf", pdf() + EICAR), by=world.clerk)
    assert caught.value.sentence == (
        "“to-khai.pdf” carries a virus and was not stored. Clean the device that it comes from."
    )
    assert not dossier.documents.exists()


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"", b"\xff\xfe"])
def test_a_scanner_that_gives_no_verdict_is_away(clamd, answer):
    clamd.answer = answer or b" "
    with pytest.raises(ScannerAway):
        scan(b"clean")


@pytest.fixture
def nobody_there(settings, tmp_path):
    settings.CLAMD = f"unix://{tmp_path}/nobody.ctl"


def test_while_the_scanner_is_away_nothing_is_stored(nobody_there):
    with pytest.raises(BadFile) as caught:
        check_file(upload("to-khai.pdf"))
    assert caught.value.sentence == (
        "“to-khai.pdf” could not be checked for viruses just now. Try again in a few minutes."
    )


def test_an_office_may_go_on_while_the_scanner_is_away(nobody_there, settings):
    settings.CLAMD_REQUIRED = False
    assert check_file(upload()).pages == 1


def test_without_a_scanner_nobody_is_asked(settings):
    settings.CLAMD = ""
    assert check_file(upload(content=pdf() + EICAR)).pages == 1


# Forms to fill in, which everybody downloads -----------------------------------------------------


def word(inside: bytes = b"") -> bytes:
    """A small Word file; stored as it is, so that the little server sees what is inside."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"<w:document/>" + inside)
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "content"), [("to-khai.docx", word(EICAR)), ("to-khai.pdf", pdf() + EICAR)])
def test_an_infected_form_is_refused_in_the_words_of_every_upload(clamd, name, content):
    with pytest.raises(FormRefused) as caught:
        check_form(upload(name, content))
    assert (
        str(caught.value)
        == f"“{name}” carries a virus and was not stored. Clean the device that it comes from."
    )
    assert clamd.seen == [content]


def test_a_clean_form_passes_and_was_seen_whole(clamd):
    content = word()
    assert check_form(upload("to-khai.docx", content)).content == content
    assert clamd.seen == [content]


def test_while_the_scanner_is_away_no_form_is_stored(nobody_there):
    with pytest.raises(FormRefused) as caught:
        check_form(upload("to-khai.docx", word()))
    assert str(caught.value) == (
        "“to-khai.docx” could not be checked for viruses just now. Try again in a few minutes."
    )


def test_an_office_may_store_forms_while_the_scanner_is_away(nobody_there, settings):
    settings.CLAMD_REQUIRED = False
    assert check_form(upload("to-khai.docx", word())).name == "to-khai.docx"
