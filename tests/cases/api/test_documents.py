"""Files over the API: by content, of the right dossier, for those who may see them."""

import io

import pytest
from PIL import Image

from cases.models import Document
from tests.cases.api.conftest import client_of, refused
from tests.cast import pdf, upload


def add(client, dossier, content=None, *, name="giay-to.pdf", **fields):
    return client.post(
        f"dossiers/{dossier.code}/documents/",
        {"file": upload(name, content), **fields},
        format="multipart",
    )


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(buffer, kind)
    return buffer.getvalue()


def test_a_scan_belongs_to_its_component(world, clerk):
    dossier = world.receive()
    form = dossier.components.first()
    answer = add(clerk, dossier, pdf(3), component=form.component_id)
    assert answer.status_code == 201
    document = answer.json()
    assert (document["mime_type"], document["pages"], document["source"]) == ("application/pdf", 3, "scan")
    assert document["component"] == form.component_id
    assert form.documents.count() == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_pictures_are_taken(world, clerk, kind):
    assert add(clerk, world.receive(), picture(kind), name="anh.bin").status_code == 201


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"#!/bin/sh\necho", "is not a PDF, JPEG, PNG or TIFF"),
        (b"<html></html>", "is not a PDF, JPEG, PNG or TIFF"),
        (b"%PDF-1.7\nbroken", "is broken or protected"),
    ],
)
def test_a_file_that_is_none_is_refused(world, clerk, content, says):
    dossier = world.receive()
    problem = refused(add(clerk, dossier, content), 422, "bad_file")
    assert says in problem["detail"]
    assert [error["field"] for error in problem["errors"]] == ["file"]
    assert not Document.objects.exists()


def test_a_file_over_the_limit_is_refused_by_name(world, clerk, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    problem = refused(add(clerk, world.receive(), b"%PDF" + bytes(1024 * 1024)), 422, "bad_file")
    assert "giay-to.pdf" in problem["detail"] and "1 MB" in problem["detail"]


def test_a_file_far_over_the_limit_is_refused_unread(world, clerk, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    refused(add(clerk, world.receive(), bytes(3 * 1024 * 1024)), 413, "too_large")


def test_a_form_without_file_is_refused(world, clerk):
    dossier = world.receive()
    answer = clerk.post(f"dossiers/{dossier.code}/documents/", {"source": "scan"}, format="multipart")
    problem = refused(answer, 400, "malformed")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("file", "required")]


def test_a_file_for_a_component_that_is_not_on_the_checklist_is_refused(world, clerk):
    problem = refused(add(clerk, world.receive(), component=999_999), 400, "malformed")
    assert problem["errors"][0]["field"] == "component"


@pytest.mark.parametrize("source", ["result", "reused", "other"])
def test_results_are_recorded_not_uploaded(world, clerk, source):
    refused(add(clerk, world.receive(), source=source), 400, "malformed")


def test_json_carries_no_file(world, clerk):
    answer = clerk.post(f"dossiers/{world.receive().code}/documents/", {"file": "x"})
    refused(answer, 415, "unsupported_media_type")


def test_only_desk_and_officer_add_files(world):
    refused(add(client_of(world.auditor), world.receive()), 403, "not_permitted")


def test_a_file_is_given_back_as_it_came(world, clerk):
    dossier = world.receive()
    content = pdf(2)
    pk = add(clerk, dossier, content, name="Tờ khai.pdf").json()["id"]
    answer = clerk.get(f"dossiers/{dossier.code}/documents/{pk}/")
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''T%E1%BB%9D")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_file_is_only_for_those_who_see_the_dossier(world, clerk, outsider):
    dossier = world.receive()
    pk = add(clerk, dossier).json()["id"]
    refused(outsider.get(f"dossiers/{dossier.code}/documents/{pk}/"), 404, "not_found")
    refused(client_of().get(f"dossiers/{dossier.code}/documents/{pk}/"), 401, "not_authenticated")


def test_a_file_is_not_found_under_another_dossier(world, clerk):
    """The address must not open by a number alone."""
    pk = add(clerk, world.receive()).json()["id"]
    refused(clerk.get(f"dossiers/{world.receive().code}/documents/{pk}/"), 404, "not_found")


def test_a_file_that_the_store_lost_is_said_to_be_lost(world, clerk):
    dossier = world.receive()
    pk = add(clerk, dossier).json()["id"]
    file = Document.objects.get(pk=pk).file
    file.storage.delete(file.name)
    problem = refused(clerk.get(f"dossiers/{dossier.code}/documents/{pk}/"), 404, "file_missing")
    assert problem["detail"] == "The file is missing in the store. Restore it from the backup."


def test_the_result_needs_a_real_file_too(world, officer):
    dossier = world.processing()
    answer = officer.post(
        f"dossiers/{dossier.code}/record_result/",
        {"file": upload(content=b"no"), "number": "1/KQ", "signer": "A"},
        format="multipart",
    )
    refused(answer, 422, "bad_file")
    assert dossier.documents.filter(source="result").count() == 0


# --- What a desk does with a scan afterwards ----------------------------------------------------


def scanned(world, clerk) -> tuple:
    dossier = world.receive()
    form = dossier.components.first().component_id
    document = add(clerk, dossier, pdf(2), component=form).json()
    return dossier, f"dossiers/{dossier.code}/documents/{document['id']}", document


def test_a_scan_is_turned_once_by_two_who_look_at_the_same(world, clerk):
    _dossier, path, document = scanned(world, clerk)
    body = {"degrees": 90, "pages": [2], "seen": document["sha256"]}
    turned = clerk.post(f"{path}/turn/", body).json()
    assert turned["sha256"] != document["sha256"]
    refused(clerk.post(f"{path}/turn/", body), 412, "changed_meanwhile")


@pytest.mark.parametrize(
    "body", [{"degrees": 45}, {"degrees": 90, "pages": [3]}, {"degrees": 90, "pages": []}]
)
def test_a_turn_that_cannot_be_is_refused(world, clerk, body):
    _dossier, path, _document = scanned(world, clerk)
    refused(clerk.post(f"{path}/turn/", body), 422, "invalid")


def test_a_wrong_scan_is_taken_out_with_a_reason(world, clerk):
    _dossier, path, _document = scanned(world, clerk)
    refused(clerk.post(f"{path}/remove/", {"reason": " "}), 422, "required")
    answer = clerk.post(f"{path}/remove/", {"reason": "Nhầm hồ sơ"}).json()
    assert answer["documents"] == []
    assert answer["events"][-1]["event"] == "document_removed"
    refused(clerk.post(f"{path}/remove/", {"reason": "x"}), 404, "not_found")


def test_a_scan_is_replaced_only_by_the_same_paper_of_the_store(world, clerk):
    _dossier, path, _document = scanned(world, clerk)
    refused(clerk.post(f"{path}/reuse/"), 409, "not_possible_now")


@pytest.mark.parametrize(
    ("act", "body"), [("turn", {"degrees": 90}), ("remove", {"reason": "x"}), ("reuse", {})]
)
def test_what_is_done_with_a_scan_needs_the_right(world, clerk, act, body):
    dossier, path, document = scanned(world, clerk)
    refused(client_of(world.auditor).post(f"{path}/{act}/", body), 403, "not_permitted")
    refused(client_of(world.outsider_clerk).post(f"{path}/{act}/", body), 404, "not_found")
    assert dossier.documents.get().sha256 == document["sha256"]
    answer = clerk.post(f"{path}/{act}/", body, headers={"If-Match": '"1"'})
    refused(answer, 412, "stale")
