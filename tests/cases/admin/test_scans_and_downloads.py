"""Scans at the desk, and who gets to which file."""

import hashlib

import pytest
from django.urls import reverse

from cases import services
from cases.enums import State
from cases.models import Document, Dossier
from tests.cases.admin.conftest import messages_of, page_of, text_of
from tests.cast import pdf, upload


def scans_of(dossier) -> str:
    return f"/quan-tri/so-hoa/{dossier.pk}/"


def file_of(document) -> str:
    return reverse("admin:dossier_document", args=[document.dossier_id, document.pk])


def receipt_of(dossier) -> str:
    return reverse("admin:dossier_receipt", args=[dossier.pk])


# --- Scans --------------------------------------------------------------------------------------


def test_files_are_stored_with_their_paper(world, browser):
    dossier = world.receive()
    paper = dossier.components.first()
    files = [upload("trang-1.pdf"), upload("trang-2.pdf", pdf(2))]
    response = browser(world.clerk).post(
        scans_of(dossier), {"component": paper.pk, "file": files}, follow=True
    )
    assert messages_of(response) == ["“trang-1.pdf” is stored.", "“trang-2.pdf” is stored."]
    assert [(d.name, d.pages, d.source) for d in paper.documents.all()] == [
        ("trang-1.pdf", 1, "scan"),
        ("trang-2.pdf", 2, "scan"),
    ]


def test_a_file_without_a_paper_is_another_paper(world, browser):
    dossier = world.receive()
    browser(world.clerk).post(scans_of(dossier), {"component": "", "file": upload()})
    assert Document.objects.get().component is None


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "Choose a file first."),
        (
            [("virus.pdf", b"MZ\x90")],
            "“virus.pdf” is not a PDF, JPEG, PNG or TIFF file, whatever its name says.",
        ),
        (
            [("hong.pdf", b"%PDF-1.7 broken")],
            "“hong.pdf” is broken or protected and cannot be opened. Scan or save it again.",
        ),
    ],
)
def test_a_bad_file_is_refused_at_its_paper(world, browser, files, sentence):
    dossier = world.receive()
    paper = dossier.components.first()
    sent = {"component": paper.pk, "file": [upload(*file) for file in files]}
    response = browser(world.clerk).post(scans_of(dossier), sent)
    refusals = {row["number"]: row["refusals"] for row in response.context["rows"]}
    assert refusals[paper.pk] == [sentence]
    assert not Document.objects.exists()


def test_dossier_does_not_leave_the_desk_without_its_scans(world, browser):
    dossier = world.receive()
    client = browser(world.clerk)
    response = client.post(scans_of(dossier) + "chuyen/", follow=True)
    assert messages_of(response) == [
        "The dossier cannot leave the desk yet: 0 of 1 scans of “Application form”."
    ]
    assert response.redirect_chain == [(scans_of(dossier), 302)]
    client.post(scans_of(dossier), {"component": dossier.components.first().pk, "file": upload()})
    response = client.post(scans_of(dossier) + "chuyen/", follow=True)
    assert messages_of(response)[-1] == "Digitized and handed over to UBND phường Thử Nghiệm."
    assert Dossier.objects.get(pk=dossier.pk).state == State.DIGITIZED


def test_handing_over_needs_a_click_not_a_link(world, browser):
    assert browser(world.clerk).get(scans_of(world.receive()) + "chuyen/").status_code == 405


def test_scans_are_for_the_desk_and_the_officers(world, browser):
    dossier = world.receive()
    response = browser(world.auditor).get(scans_of(dossier), follow=True)
    assert "You may not do" in messages_of(response)[0]
    assert browser(world.officer).get(scans_of(dossier)).status_code == 200
    assert browser(world.outsider_clerk).get(scans_of(dossier)).status_code == 404


def test_nothing_is_added_to_what_has_ended(world, browser):
    response = browser(world.clerk).get(scans_of(world.returned()), follow=True)
    assert "You may not do" in messages_of(response)[0]


# --- Files ----------------------------------------------------------------------------------------


def test_file_is_a_download_of_its_own_type(world, browser):
    dossier = world.receive()
    document = services.add_document(dossier, upload("Giấy tờ.pdf"), by=world.clerk)
    response = browser(world.officer).get(file_of(document))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''Gi%E1%BA%A5y")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert hashlib.sha256(b"".join(response)).hexdigest() == document.sha256


def test_file_of_a_dossier_of_another_agency_is_not_there(world, browser):
    document = services.add_document(world.receive(), upload(), by=world.clerk)
    assert browser(world.outsider_officer).get(file_of(document)).status_code == 404


def test_file_is_not_reached_through_another_dossier(world, browser):
    document = services.add_document(world.receive(), upload(), by=world.clerk)
    other = world.receive()
    address = reverse("admin:dossier_document", args=[other.pk, document.pk])
    assert browser(world.clerk).get(address).status_code == 404


def test_file_without_signing_in_is_not_given(world, client):
    document = services.add_document(world.receive(), upload(), by=world.clerk)
    assert client.get(file_of(document))["Location"].startswith("/quan-tri/login/")


def test_a_lost_file_is_said_to_be_lost(world, browser):
    document = services.add_document(world.receive(), upload(), by=world.clerk)
    document.file.storage.delete(document.file.name)
    assert browser(world.clerk).get(file_of(document)).status_code == 404


# --- Receipt --------------------------------------------------------------------------------------


def test_receipt_is_a_pdf_for_the_desk_alone(world, browser):
    dossier = world.receive()
    response = browser(world.clerk).get(receipt_of(dossier))
    assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
    assert response["Content-Disposition"] == f'inline; filename="{dossier.code}.pdf"'
    for person in (world.officer, world.auditor, world.head, world.outsider_clerk):
        assert browser(person).get(receipt_of(dossier)).status_code == 404


def test_there_is_no_receipt_before_reception(world, browser):
    dossier = world.submit()
    assert browser(world.clerk).get(receipt_of(dossier)).status_code == 404
    assert "Receipt" not in text_of(browser(world.clerk).get(page_of(dossier)))
