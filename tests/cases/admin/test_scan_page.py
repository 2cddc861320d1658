"""The page of the scans in the hands of a clerk: by form and by script, pictures of pages, scanner folder."""

import io
import os

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from cases import services
from cases.enums import DocumentSource
from cases.models import Document, StoredPaper
from tests.cases.admin.conftest import messages_of, page_of, text_of
from tests.cast import local, pdf, upload

JSON = {"headers": {"Accept": "application/json"}}


def scans_of(dossier) -> str:
    return reverse("admin:scans", args=[dossier.pk])


def act_on(document, what: str) -> str:
    return reverse(f"admin:scan_{what}", args=[document.dossier_id, document.pk])


def picture_of(document, page=1, size="thumbnail") -> str:
    return reverse("admin:dossier_page", args=[document.dossier_id, document.pk, page, size])


@pytest.fixture
def scan(world):
    dossier = world.receive()
    return services.add_document(
        dossier, upload("to-khai.pdf", pdf(3)), by=world.clerk, component=dossier.components.first()
    )


def test_the_page_costs_the_same_with_more_files(world, browser):
    dossier, client = world.receive(), browser(world.clerk)

    def cost() -> int:
        client.get(scans_of(dossier))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(scans_of(dossier)).status_code == 200
        return len(queries)

    paper = dossier.components.first()
    services.add_document(dossier, upload("0.pdf", pdf(1)), by=world.clerk, component=paper)
    one = cost()
    for number in range(1, 6):
        services.add_document(
            dossier, upload(f"{number}.pdf", pdf(number + 1)), by=world.clerk, component=paper
        )
    assert cost() == one


# Adding -----------------------------------------------------------------------------------------


def test_each_refused_file_has_its_sentence_and_the_others_are_stored(world, browser):
    dossier = world.receive()
    paper = dossier.components.first()
    files = [upload("mot.pdf"), upload("hai.pdf", b"MZ"), upload("ba.pdf"), upload("bon.pdf", b"")]
    response = browser(world.clerk).post(scans_of(dossier), {"component": paper.pk, "file": files})
    assert messages_of(response) == ["“mot.pdf” is stored.", "“ba.pdf” is stored."]
    page = text_of(response)
    assert "“hai.pdf” is not a PDF, JPEG, PNG or TIFF file, whatever its name says." in page
    assert "“bon.pdf” is empty. Choose the file again." in page


def test_a_script_gets_the_sentence_and_the_papers_as_they_are_now(world, browser):
    dossier = world.receive()
    sent = {"component": dossier.components.first().pk, "file": upload("mot.pdf")}
    response = browser(world.clerk).post(scans_of(dossier), sent, **JSON)
    answer = response.json()
    assert (response.status_code, answer["done"], answer["sentence"]) == (200, True, "“mot.pdf” is stored.")
    assert "1 of 1 scans" in answer["papers"]
    assert "mot.pdf" in answer["papers"]


def test_a_script_is_told_what_was_refused(world, browser):
    dossier = world.receive()
    response = browser(world.clerk).post(scans_of(dossier), {"file": upload("x.pdf", b"MZ")}, **JSON)
    answer = response.json()
    assert (response.status_code, answer["done"]) == (422, False)
    assert answer["sentence"].startswith("“x.pdf” is not a PDF")
    assert "0 of 1 scans" in answer["papers"]


def test_a_script_of_somebody_who_may_not_gets_a_sentence_and_no_papers(world, browser):
    dossier = world.receive()
    response = browser(world.auditor).post(scans_of(dossier), {"file": upload()}, **JSON)
    assert response.json()["done"] is False
    assert "papers" not in response.json()
    assert not Document.objects.exists()


@pytest.mark.parametrize("component", ["", "0", "x", "999999", "-1", "1.5", "9" * 5000, "٣"])
def test_a_paper_that_is_none_is_another_paper(world, browser, component):
    dossier = world.receive()
    response = browser(world.clerk).post(scans_of(dossier), {"component": component, "file": upload()})
    assert response.status_code == 302
    assert Document.objects.get().component is None


def test_a_scan_of_60_mb_is_answered_with_a_sentence(world, browser):
    dossier = world.receive()
    sent = {"file": upload("to.pdf", pdf().ljust(60 * 1024 * 1024, b"\n"))}
    response = browser(world.clerk).post(scans_of(dossier), sent, **JSON)
    assert response.json()["sentence"] == (
        "“to.pdf” is larger than 20 MB. Scan with a lower resolution or split it."
    )


def test_counter_says_how_many_originals_lack_a_scan(world, browser):
    dossier = world.receive()
    assert "0 of 1 scans" in text_of(browser(world.clerk).get(scans_of(dossier)))
    world.scan(dossier)
    assert "1 of 1 scans" in text_of(browser(world.clerk).get(scans_of(dossier)))


def test_hash_size_and_pages_are_shown(world, browser, scan):
    page = text_of(browser(world.clerk).get(scans_of(scan.dossier)))
    assert scan.sha256 in page
    assert "3 pages" in page


# Changing ---------------------------------------------------------------------------------------


def test_a_page_is_turned(world, browser, scan):
    response = browser(world.clerk).post(act_on(scan, "turn"), {"degrees": "90", "page": "2"}, follow=True)
    assert messages_of(response) == ["“to-khai.pdf” is turned."]
    assert scan.dossier.events.last().data["pages"] == [2]


@pytest.mark.parametrize(
    "sent", [{}, {"degrees": "x"}, {"degrees": "45"}, {"degrees": "90", "page": "x"}, {"degrees": "9" * 5000}]
)
def test_a_turn_that_is_none_is_refused_with_a_sentence(world, browser, scan, sent):
    response = browser(world.clerk).post(act_on(scan, "turn"), sent, **JSON)
    assert response.status_code == 422
    assert response.json()["sentence"]
    assert Document.objects.get().sha256 == scan.sha256


def test_a_wrong_scan_is_taken_out_with_a_reason(world, browser, scan):
    client = browser(world.clerk)
    response = client.post(act_on(scan, "remove"), {"reason": ""}, follow=True)
    assert messages_of(response) == ["Say why the scan is taken out."]
    response = client.post(act_on(scan, "remove"), {"reason": "Nhầm"}, follow=True)
    assert messages_of(response) == ["“to-khai.pdf” is taken out."]
    assert not Document.objects.exists()


def test_an_officer_is_not_offered_to_take_a_scan_out(world, browser, scan):
    assert "Take out" in text_of(browser(world.clerk).get(scans_of(scan.dossier)))
    assert "Take out" not in text_of(browser(world.officer).get(scans_of(scan.dossier)))


@pytest.mark.parametrize("what", ["turn", "remove", "reuse"])
def test_changing_needs_a_click_and_the_dossier_of_the_file(world, browser, scan, what):
    client = browser(world.clerk)
    assert client.get(act_on(scan, what)).status_code == 405
    other = world.receive(world.paid)
    address = reverse(f"admin:scan_{what}", args=[other.pk, scan.pk])
    assert client.post(address, {"degrees": "90", "reason": "x"}).status_code == 404
    outsider = browser(world.outsider_clerk)
    assert outsider.post(act_on(scan, what), {"degrees": "90", "reason": "x"}).status_code == 404
    assert Document.objects.get().sha256 == scan.sha256


def test_what_the_applicant_handed_in_before_is_noticed(world, browser, scan):
    later = world.receive(world.paid)
    services.add_document(later, upload("lai.pdf", pdf(3)), by=world.clerk)
    page = text_of(browser(world.clerk).get(scans_of(later)))
    assert f"The applicant handed in this very file before: {scan.dossier.code}, 09/11/2026." in page
    assert "Use the stored paper instead" not in page


# Pictures of pages ------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "longest"), [("thumbnail", 240), ("preview", 1600)])
def test_a_page_has_a_picture(world, browser, scan, size, longest):
    response = browser(world.officer).get(picture_of(scan, 3, size))
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    with Image.open(io.BytesIO(response.content)) as image:
        assert max(image.size) == longest


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_an_image_has_a_picture_too(world, browser, kind):
    buffer = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(buffer, kind)
    document = services.add_document(world.receive(), upload("anh", buffer.getvalue()), by=world.clerk)
    response = browser(world.clerk).get(picture_of(document))
    with Image.open(io.BytesIO(response.content)) as image:
        assert image.size == (240, 120)


def test_a_picture_stays_with_the_browser_that_asks_each_time(world, browser, scan):
    client = browser(world.clerk)
    first = client.get(picture_of(scan))
    assert (first["Cache-Control"], first["X-Content-Type-Options"]) == ("private, no-cache", "nosniff")
    again = client.get(picture_of(scan), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    services.turn_pages(scan, by=world.clerk, degrees=90)
    turned = client.get(picture_of(scan), headers={"If-None-Match": first["ETag"]})
    assert turned.status_code == 200


@pytest.mark.parametrize(
    ("page", "size"), [(0, "thumbnail"), (4, "thumbnail"), (1, "gigantic"), (10**30, "preview")]
)
def test_there_is_no_picture_of_what_is_not_there(world, browser, scan, page, size):
    assert browser(world.clerk).get(picture_of(scan, page, size)).status_code == 404


def test_a_picture_is_for_those_who_see_the_dossier(world, browser, client, scan):
    known = {"If-None-Match": f'"{scan.sha256}-1-thumbnail"'}
    assert browser(world.outsider_officer).get(picture_of(scan), headers=known).status_code == 404
    assert client.get(picture_of(scan))["Location"].startswith("/quan-tri/login/")


def test_a_file_that_is_lost_or_cannot_be_drawn_has_no_picture(world, browser, scan):
    client = browser(world.clerk)
    with scan.file.storage.open(scan.file.name, "wb") as file:
        file.write(b"%PDF-1.7 rubbish")
    assert client.get(picture_of(scan)).status_code == 404
    scan.file.storage.delete(scan.file.name)
    assert client.get(picture_of(scan)).status_code == 404


def test_the_dossier_page_shows_pictures_lazily(world, browser, scan):
    response = browser(world.officer).get(page_of(scan.dossier))
    page = response.content.decode()
    assert picture_of(scan) in page
    assert 'loading="lazy"' in page
    assert act_on(scan, "turn") not in page


# Scanner folder ---------------------------------------------------------------------------------


@pytest.fixture
def waiting(world, settings, tmp_path):
    settings.SCANNER_FOLDER = str(tmp_path)
    path = tmp_path / world.ward.identifier / "may-quet-1.pdf"
    path.parent.mkdir()
    path.write_bytes(pdf())
    moment = local("2026-11-09 08:00").timestamp()
    os.utime(path, (moment, moment))
    return path


def test_a_waiting_file_is_taken_for_its_paper(world, browser, waiting, django_capture_on_commit_callbacks):
    dossier = world.receive()
    client = browser(world.clerk)
    response = client.get(scans_of(dossier))
    assert "may-quet-1.pdf" in text_of(response)
    key = response.context["waiting_files"][0].key
    paper = dossier.components.first()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(
            reverse("admin:scan_take", args=[dossier.pk]), {"key": key, "component": paper.pk}, follow=True
        )
    assert messages_of(response) == ["The file is stored and has left the scanner folder."]
    assert paper.documents.get().name == "may-quet-1.pdf"
    assert not waiting.exists()
    assert "Nothing waits in the scanner folder." in text_of(client.get(scans_of(dossier)))


def test_an_officer_sees_nothing_of_the_scanner_folder(world, browser, waiting):
    assert "Scanner folder" not in text_of(browser(world.officer).get(scans_of(world.receive())))


# Text -------------------------------------------------------------------------------------------


def test_the_page_says_what_to_install_when_scans_cannot_be_read(
    world, browser, monkeypatch, tmp_path, settings
):
    dossier = world.receive()
    client = browser(world.clerk)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "Scans are not searchable here: the program ocrmypdf is not installed." in text_of(
        client.get(scans_of(dossier))
    )
    settings.OCR = "off"
    assert "ocrmypdf" not in text_of(client.get(scans_of(dossier)))


def test_a_scan_that_is_not_searchable_says_why(world, browser, scan):
    Document.objects.filter(pk=scan.pk).update(text_state="failed", text_fault="slow")
    assert "Not searchable: reading it took too long." in text_of(
        browser(world.clerk).get(scans_of(scan.dossier))
    )


def test_text_is_found_and_the_searchable_copy_downloaded(world, browser, scan):
    client = browser(world.officer)
    address = reverse("admin:dossier_searchable", args=[scan.dossier_id, scan.pk])
    assert client.get(address).status_code == 404
    copy = scan.file.storage.save("2026/11/copy.pdf", upload())
    Document.objects.filter(pk=scan.pk).update(text="Nguyễn Thị Ví Dụ", text_state="done", searchable=copy)
    assert "Words in the scans" in text_of(client.get(page_of(scan.dossier)))
    found = client.post(reverse("admin:scan_text", args=[scan.dossier_id]), {"words": "vi du"})
    assert "to-khai.pdf" in text_of(found)
    nothing = client.post(reverse("admin:scan_text", args=[scan.dossier_id]), {"words": "khác"})
    assert "In no scan that is searchable." in text_of(nothing)
    response = client.get(address)
    assert response["Content-Type"] == "application/pdf"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert "to-khai-ocr.pdf" in response["Content-Disposition"]


# No paper inside --------------------------------------------------------------------------------


def test_the_dossier_page_says_where_paper_was_taken_after_filing_online(world, browser):
    filing = world.submit(channel="online", components=world.components(world.free))
    dossier = services.receive_filing(filing, by=world.clerk)
    page = text_of(browser(world.officer).get(page_of(dossier)))
    assert "filed online, and yet paper" in page
    assert "on paper: Application form; on paper: Identity paper" in page


# Results ----------------------------------------------------------------------------------------


def test_a_recorded_result_is_kept_with_number_date_signer_and_validity(world, browser):
    dossier = world.processing()
    typed = {"kind": "granted", "number": "7/KQ", "signer": "Trần Văn Lãnh Đạo", "valid_until": "31/12/2027"}
    address = reverse("admin:dossier_verb", args=[dossier.pk, "record_result"])
    browser(world.officer).post(address, {**typed, "file": upload("kq.pdf")})
    paper = StoredPaper.objects.get()
    assert (paper.number, paper.signer, str(paper.issued_on), str(paper.valid_until)) == (
        "7/KQ",
        "Trần Văn Lãnh Đạo",
        "2026-11-09",
        "2027-12-31",
    )
    assert paper.document.source == DocumentSource.RESULT
