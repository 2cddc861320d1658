"""Forms 06 and 07 over the API."""

import io

import pytest
from pypdf import PdfReader

from tests.cases.api.conftest import client_of, refused, token_client


def text_of(answer) -> str:
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def test_the_control_slip_is_for_who_sees_the_dossier(world, officer, outsider):
    dossier = world.processing()
    path = f"dossiers/{dossier.code}/control_slip.pdf"
    assert dossier.code in text_of(officer.get(path))
    refused(outsider.get(path), 404, "not_found")


def test_a_filing_has_no_control_slip(world, clerk):
    refused(clerk.get(f"dossiers/{world.submit().uuid}/control_slip.pdf"), 404, "not_found")


def test_the_log_book_is_for_its_desk(world, clerk, officer, outsider):
    dossier = world.receive()
    path = "log_books/H41.101/2026/1.pdf"
    assert dossier.code in text_of(clerk.get(path)).replace("\n", "")
    for client in (outsider, officer):
        refused(client.get(path), 404, "not_found")


def test_a_token_of_another_agency_prints_no_log_book(world):
    world.receive()
    client = token_client(world.auditor, ["read"], agency=world.other_ward)
    refused(client.get("log_books/H41.101/2026/1.pdf"), 404, "not_found")
    assert client_of(world.auditor).get("log_books/H41.101/2026/1.pdf").status_code == 200


@pytest.mark.parametrize(
    "path", ["H41.101/2025/1", "H41.101/2026/2", "H41.101/2026/0", "H99/2026/1", f"H41.101/{10**20}/1"]
)
def test_a_log_book_that_is_not_there_is_not_found(world, clerk, path):
    world.receive()
    refused(clerk.get(f"log_books/{path}.pdf"), 404, "not_found")
