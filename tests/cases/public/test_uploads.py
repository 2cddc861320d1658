"""Uploads in pieces: what arrived counts, a lost connection costs one piece, nobody reaches another's."""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import OnlineUpload
from cases.services import online_uploads
from cases.services.online_drafts import forget_old
from tests.cases.public.filings import Citizen, citizen
from tests.cast import pdf
from tests.citizens import provider

__all__ = ["citizen", "provider"]

CONTENT = pdf(3)
TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}


def begin(citizen, content: bytes = CONTENT, *, client=None, draft=None, **told):
    told = {
        "filename": "tờ khai.pdf",
        "component": str(citizen.form.pk),
        "sha256": hashlib.sha256(content).hexdigest(),
        **told,
    }
    pairs = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in told.items())
    return (client or citizen.client).post(
        f"/nop-ho-so/nhap/{(draft or citizen.draft).key}/tep/",
        HTTP_UPLOAD_LENGTH=str(len(content)),
        HTTP_UPLOAD_METADATA=pairs,
        **TUS,
    )


def piece(client, address: str, offset: int, content: bytes, **headers):
    return client.patch(
        address,
        content,
        content_type="application/offset+octet-stream",
        HTTP_UPLOAD_OFFSET=str(offset),
        **{**TUS, **headers},
    )


@pytest.fixture
def address(citizen) -> str:
    answer = begin(citizen)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "0")
    return answer["Location"]


def test_file_arrives_in_pieces(citizen, address):
    half = len(CONTENT) // 2
    first = piece(citizen.client, address, 0, CONTENT[:half])
    assert (first.status_code, first["Upload-Offset"]) == (204, str(half))
    last = piece(citizen.client, address, half, CONTENT[half:])
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(CONTENT)))
    kept = OnlineUpload.objects.get()
    assert (kept.name, kept.pages, kept.component_id) == ("tờ khai.pdf", 3, citizen.form.pk)
    assert kept.completed_at == timezone.now()
    assert Path(kept.file.path).read_bytes() == CONTENT


def test_after_a_lost_connection_the_server_says_where_it_goes_on(citizen, address):
    piece(citizen.client, address, 0, CONTENT[:100])
    asked = citizen.client.head(address, **TUS)
    assert (asked.status_code, asked["Upload-Offset"], asked["Upload-Length"]) == (
        200,
        "100",
        str(len(CONTENT)),
    )
    assert asked["Cache-Control"].find("no-store") >= 0
    assert piece(citizen.client, address, 100, CONTENT[100:]).status_code == 204
    assert OnlineUpload.objects.get().completed_at


def test_file_announced_again_goes_on_where_it_broke_off(citizen, address):
    piece(citizen.client, address, 0, CONTENT[:100])
    again = begin(citizen)
    assert (again["Location"], again["Upload-Offset"]) == (address, "100")


def test_piece_that_was_sent_twice_counts_once(citizen, address):
    """The answer was lost, the piece was not."""
    piece(citizen.client, address, 0, CONTENT[:100])
    assert piece(citizen.client, address, 0, CONTENT[:100]).status_code == 409
    assert OnlineUpload.objects.get().received == 100


def test_bytes_of_a_piece_that_did_not_count_are_written_over(citizen, address):
    kept = OnlineUpload.objects.get()
    Path(kept.file.path).write_bytes(b"half a piece of an interrupted request")
    assert piece(citizen.client, address, 0, CONTENT).status_code == 204
    assert Path(kept.file.path).read_bytes() == CONTENT


def test_what_arrived_is_compared_with_what_was_chosen(citizen):
    address = begin(citizen, sha256="0" * 64)["Location"]
    assert piece(citizen.client, address, 0, CONTENT).status_code == 460
    assert OnlineUpload.objects.count() == 0


def test_content_is_checked_like_every_upload(citizen):
    program = b"MZ" + b"\0" * 200
    address = begin(citizen, program)["Location"]
    answer = piece(citizen.client, address, 0, program)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_file")
    assert OnlineUpload.objects.count() == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_UPLOAD_LENGTH": "0"}, 422),
        ({"HTTP_UPLOAD_LENGTH": "-1"}, 400),
        ({"HTTP_UPLOAD_LENGTH": "x"}, 400),
        ({"HTTP_UPLOAD_LENGTH": "٣"}, 400),
        ({"HTTP_UPLOAD_LENGTH": "9" * 400}, 400),
        ({"HTTP_UPLOAD_METADATA": "sha256 !!!,filename =,component x"}, 422),
        ({"HTTP_UPLOAD_METADATA": ""}, 422),
        ({"HTTP_TUS_RESUMABLE": "0.2.2"}, 412),
    ],
)
def test_strange_announcements_are_refused(citizen, headers, status):
    told = {"HTTP_UPLOAD_LENGTH": "10", "HTTP_UPLOAD_METADATA": "", **TUS, **headers}
    assert citizen.client.post(f"/nop-ho-so/nhap/{citizen.draft.key}/tep/", **told).status_code == status
    assert OnlineUpload.objects.count() == 0


def test_file_over_the_limit_is_refused_before_it_is_sent(citizen, settings):
    settings.UPLOAD_MAX_BYTES = len(CONTENT) - 1
    answer = begin(citizen)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert OnlineUpload.objects.count() == 0


def test_strange_pieces_are_refused(citizen, address):
    client = citizen.client
    assert piece(client, address, 0, CONTENT + b"more").status_code == 413
    assert (
        client.patch(address, b"x", content_type="text/plain", HTTP_UPLOAD_OFFSET="0", **TUS).status_code
        == 415
    )
    assert piece(client, address, 0, b"x" * (online_uploads.PIECE + 1)).status_code == 413
    assert client.get(address, **TUS).status_code == 405
    assert OnlineUpload.objects.get().received == 0


def test_paper_of_another_procedure_takes_no_file(citizen, world):
    other = world.paid.versions.get().components.first()
    assert begin(citizen, component=str(other.pk)).status_code == 422


def test_quota_is_of_the_account(citizen, settings):
    settings.ONLINE_QUOTA_BYTES = len(CONTENT) + 50
    begin(citizen)
    assert begin(citizen, pdf(5)).json()["code"] == "quota"
    assert OnlineUpload.objects.count() == 1


def test_one_file_is_not_two_papers(citizen, address):
    answer = begin(citizen, component=str(citizen.identity.pk))
    assert (answer.status_code, answer.json()["code"]) == (422, "same_file")


def test_unfinished_upload_is_given_up_after_a_day(citizen, address, clock):
    path = Path(OnlineUpload.objects.get().file.path)
    assert path.exists()
    clock.move_to("2026-11-10 09:01")
    assert piece(citizen.client, address, 0, CONTENT).status_code in {401, 410}
    assert forget_old() == (0, 1)
    assert OnlineUpload.objects.count() == 0


def test_finished_upload_stays(citizen, address):
    piece(citizen.client, address, 0, CONTENT)
    assert forget_old(timezone.now() + timedelta(days=2)) == (0, 0)


def test_upload_is_deleted(citizen, address):
    assert citizen.client.delete(address, **TUS).status_code == 204
    assert citizen.client.head(address, **TUS).status_code == 404


def test_unfinished_file_is_not_filed(citizen, address):
    entered = citizen.entered()
    del entered[f"file-{citizen.form.pk}"]
    assert citizen.client.post(citizen.page, {**entered, "file": "1"}).status_code == 422


def test_uploaded_file_is_filed(citizen, address):
    piece(citizen.client, address, 0, CONTENT)
    entered = citizen.entered()
    del entered[f"file-{citizen.form.pk}"]
    assert citizen.client.post(citizen.page, {**entered, "file": "1"}).status_code == 302


def test_stranger_reaches_neither_draft_nor_file(citizen, address, world, provider):
    stranger = Citizen(Client(), world, world.free, "thu").client
    assert begin(citizen, client=stranger).status_code == 404
    assert stranger.head(address, **TUS).status_code == 404
    assert piece(stranger, address, 0, CONTENT).status_code == 404
    assert stranger.delete(address, **TUS).status_code == 404
    assert OnlineUpload.objects.get().received == 0


def test_nobody_uploads_without_signing_in(citizen, address, world):
    outside = Client()
    assert piece(outside, address, 0, CONTENT).status_code == 401
    outside.force_login(world.clerk)
    assert piece(outside, address, 0, CONTENT).status_code == 401


def test_pieces_need_the_token_of_the_page(citizen, address):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = citizen.client.cookies
    assert piece(strict, address, 0, CONTENT).status_code == 403


def test_protocol_says_what_it_knows(citizen, address):
    answer = citizen.client.options(address)
    assert (answer["Tus-Version"], answer["Tus-Extension"]) == ("1.0.0", "creation,expiration,termination")
