"""The page `/xac-minh/`: is this result real? For everybody, without JavaScript and without cookies."""

import fcntl

import pytest
from django.test import Client

from cases import queries, services
from cases.enums import DocumentSource
from cases.models import IssuedResult
from cases.services.results import sign_result
from tests import signing as keys
from tests.cases.public.test_lookup_page import text_of
from tests.cast import upload
from tests.notifications.test_pdf_signatures import signed


@pytest.fixture
def page(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})


def file_of(dossier) -> bytes:
    document = dossier.documents.filter(source=DocumentSource.RESULT).latest("pk")
    with queries.open_file(document) as file:
        return file.read()


def test_the_code_of_the_paper_says_who_issued_what_and_when_and_names_nobody(world, page):
    dossier = world.with_result()
    issued = IssuedResult.objects.get()
    answer = page.get("/xac-minh/", {"ma": issued.code, "bam": issued.sha256[:16]})
    text = text_of(answer)
    assert "This result was issued and counts" in text
    for said in (issued.code, "UBND phường Thử Nghiệm", "Granted", "09/11/2026 09:00"):
        assert said in text
    for private in (dossier.applicant.full_name, world.officer.get_full_name(), "12/KQ"):
        assert private not in text
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_what_does_not_fit_says_the_same_whether_the_code_exists(world, page):
    issued = IssuedResult.objects.get(reference=world.with_result().code)
    answers = [
        page.post("/xac-minh/", {"code": code, "proof": "0" * 16})
        for code in (issued.code, issued.code + "9")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    texts = [answer.content.decode().replace(issued.code + "9", issued.code) for answer in answers]
    assert texts[0] == texts[1]


def test_the_very_file_is_known_and_of_another_the_signature_is_looked_at(world, page, settings, tmp_path):
    keys.connect(settings, tmp_path)
    dossier = world.with_result()
    sign_result(dossier, by=world.head)
    content = file_of(dossier)
    text = text_of(page.post("/xac-minh/", {"file": upload("kq.pdf", content)}))
    assert "the very file that was issued" in text
    assert f"Signed digitally by {keys.SIGNER}, {keys.ORGANIZATION}" in text
    assert "Signatures inside the file" not in text
    text = text_of(page.post("/xac-minh/", {"file": upload("kq.pdf", signed())}))
    assert f"{keys.SIGNER}, {keys.ORGANIZATION} holds" in text
    changed = content.replace(b"/MediaBox", b"/MedIaBox", 1)
    text = text_of(page.post("/xac-minh/", {"file": upload("kq.pdf", changed)}))
    assert "This file is none that was issued here" in text
    assert "does not hold" in text
    assert "The signature does NOT fit this file" in text


def test_without_roots_a_signature_is_neither_good_nor_bad(db, page):
    text = text_of(page.post("/xac-minh/", {"file": upload("x.pdf", signed())}))
    assert f"{keys.SIGNER}, {keys.ORGANIZATION} cannot be confirmed" in text
    assert "no authority is configured" in text


def test_with_roots_that_cannot_be_read_only_the_file_is_compared(db, page, settings):
    settings.SIGNING_ROOTS = "/nowhere.pem"
    text = text_of(page.post("/xac-minh/", {"file": upload("x.pdf", signed())}))
    assert "This file is none that was issued here" in text
    assert "Signatures cannot be looked at just now" in text
    assert keys.SIGNER not in text


def test_while_another_file_is_looked_into_only_the_file_is_compared(db, page, settings):
    with (settings.DATA_DIR / "signatures.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        text = text_of(page.post("/xac-minh/", {"file": upload("x.pdf", signed())}))
    assert "This file is none that was issued here" in text
    assert "Signatures cannot be looked at just now" in text


def test_a_result_that_was_taken_back_says_so(world, page):
    dossier = world.with_result()
    content = file_of(dossier)
    services.undo(dossier, by=world.officer, reason="Nhầm số")
    text = text_of(page.post("/xac-minh/", {"file": upload("kq.pdf", content)}))
    assert "counts no longer" in text
    assert "The agency took it back on" in text


@pytest.mark.parametrize("content", [b"x", b"%PDF-1.7 /ByteRange", signed()[:3000], b"\0" * 10_000])
def test_any_file_gets_an_answer(db, page, content):
    answer = page.post("/xac-minh/", {"file": upload("x.pdf", content)})
    assert answer.status_code == 200
    assert "none that was issued here" in text_of(answer)


def test_too_large_a_file_and_nothing_at_all_are_refused_in_a_sentence(db, page, settings):
    settings.UPLOAD_MAX_BYTES = 10
    answer = page.post("/xac-minh/", {"file": upload("x.pdf", b"x" * 11)})
    assert (answer.status_code, "none of ours is" in text_of(answer)) == (400, True)
    assert page.post("/xac-minh/", {"code": "\x00", "proof": ""}).status_code == 400
    assert page.get("/xac-minh/").status_code == 200


def test_it_is_asked_only_so_often(db, page, monkeypatch):
    monkeypatch.setattr("cases.api.throttles.VerifiedFiles.THROTTLE_RATES", {"verify": "1/min"})
    page.post("/xac-minh/", {"file": upload("x.pdf", b"x")})
    assert page.post("/xac-minh/", {"file": upload("x.pdf", b"x")}).status_code == 429


def test_nothing_is_kept(world, page):
    before = IssuedResult.objects.count()
    page.post("/xac-minh/", {"file": upload("x.pdf", signed())})
    assert IssuedResult.objects.count() == before
    assert not world.receive().documents.exists()
