"""Packages of other installations: taken once each, answered with a signed receipt, refused with a reason (R20)."""

import uuid

import pytest
from django.db import connection
from django.urls import reverse

from cases.connections.exchange import facts, package, signatures
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import ExchangeArrival, ExchangedFile, ExchangeMessage, IncomingRequest
from cases.services import exchange, exchange_acts, exchange_taking
from cases.services.documents import check_file
from cases.services.exchange_answers import alert_late_requests, answer_request
from cases.services.personal_data import export_person
from notifications.models import Message
from onestop.simulators.base import Fault
from procedures.enums import Role
from tests.cases.helpers import in_parallel, make_person
from tests.cast import pdf, upload
from tests.exchange.keys import key
from tests.signing import FIRST, LAST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

INTAKE = "/api/v1/exchange/"
FILE = pdf(3)
DOSSIER, REQUEST = str(uuid.uuid4()), str(uuid.uuid4())


def said(kind: str = "request", **changes) -> dict:
    """What ward H41.102, which works in another installation, says to ward H41.101."""
    return {
        **facts.head(
            uuid.uuid4(),
            kind,
            sender="H41.102",
            sender_agency="H41.102",
            sender_name="UBND xã Ví Dụ",
            recipient="H41.101",
            agency="H41.101",
        ),
        "request": REQUEST,
        "dossier": {"id": DOSSIER, "code": "H41.102-261109-0001"},
        "ask": {
            "kind": "interlinked",
            "text": "Xác minh nơi cư trú",
            "asked_at": "2026-11-09T08:00:00+07:00",
            "due_at": "2026-11-10T08:00:00+07:00",
            "working_hours": "8.00",
        },
        "procedure": {"code": "1.000001", "name": "Thủ tục của bên kia"},
        "applicant": {"full_name": "Trần Thị Ví Dụ Xa", "id_number": "040000000777", "address": "Xóm Xa"},
        "files": [{"path": "files/001.pdf", "name": "to-khai.pdf", "paper": "Tờ khai"}]
        if kind == "request"
        else [],
        **changes,
    }


def packed(content: dict | None = None, *, unit: str = "H41.102", files: dict | None = None) -> bytes:
    content = said() if content is None else content
    there = {one["path"]: FILE for one in content["files"]} if files is None else files
    return package.build(content, there, key(unit, FIRST, LAST).sign)


def receipt_of(content: bytes) -> facts.ReceiptFacts:
    opened = package.read(content)
    from django.utils import timezone

    signatures.check(
        opened.manifest, opened.signature, [key("H41.101", FIRST, LAST).certificate], now=timezone.now()
    )
    return facts.receipt_of(facts.told_by(opened.facts))


def taken(content: bytes) -> tuple[str, str]:
    receipt = receipt_of(exchange_taking.take(content))
    return str(receipt.outcome), receipt.reason


@pytest.fixture
def known(world, exchange_partner):
    """This installation is that of ward H41.101."""
    return world


@pytest.fixture
def request_here(known) -> IncomingRequest:
    exchange_taking.take(packed())
    return IncomingRequest.objects.get()


# Taking -------------------------------------------------------------------------------------------


def test_a_package_becomes_one_request_with_its_own_due_moment_and_files(known):
    content = packed()
    receipt = receipt_of(exchange_taking.take(content))
    assert (receipt.outcome, receipt.manifest_hash) == ("taken", package.read(content).manifest_hash)
    request = IncomingRequest.objects.get()
    assert (request.agency, request.asking_agency, request.code) == (
        known.ward,
        "UBND xã Ví Dụ",
        "H41.102-261109-0001",
    )
    assert f"{request.due_at:%d/%m/%Y %H:%M}" == "10/11/2026 01:00"
    assert (request.applicant_name, request.applicant_id_number) == ("Trần Thị Ví Dụ Xa", "040000000777")
    file = request.files.get()
    assert (file.name, file.paper, file.pages, file.file.open("rb").read()) == (
        "to-khai.pdf",
        "Tờ khai",
        3,
        FILE,
    )
    assert Message.objects.filter(kind="consulted").count() == 2  # the supervisors of the ward


def test_a_package_that_comes_again_gets_the_same_receipt_and_makes_nothing_new(known):
    content = packed()
    first, second = (receipt_of(exchange_taking.take(content)) for _ in range(2))
    assert (first.outcome, first.at, first.manifest_hash) == (second.outcome, second.at, second.manifest_hash)
    assert (
        IncomingRequest.objects.count(),
        ExchangedFile.objects.count(),
        ExchangeArrival.objects.count(),
    ) == (
        1,
        1,
        1,
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_makes_the_request(known):
    content = packed()
    answers = in_parallel([lambda: taken(content)] * 2, connections=2)
    assert answers == [("taken", "")] * 2
    assert (IncomingRequest.objects.count(), ExchangeArrival.objects.count()) == (1, 1)


def test_the_same_number_with_other_content_is_refused_and_changes_nothing(known):
    content = said()
    taken(packed(content))
    outcome, reason = taken(packed({**content, "subject": "khác"}))
    assert (outcome, reason) == ("refused", "A package with this number and another content is here already.")
    assert ExchangeArrival.objects.get().outcome == "taken"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"to": {"unit": "H29", "agency": "H29"}}, "The package is for H29; this is another installation."),
        ({"to": {"unit": "H41.101", "agency": "H99"}}, "There is no agency H99 here."),
        ({"to": {"unit": "H41.101", "agency": "H41.102"}}, "There is no agency H41.102 here."),
        ({"ask": {}}, "The package says nothing of use in the field “kind”."),
        ({"kind": "withdrawal"}, "The request that is taken back is not here."),
        ({"kind": "answer", "answer": {"text": "x", "at": "2026-11-09T08:00:00+07:00"}}, "It answers a question that was not asked from here."),
        ({"kind": "receipt"}, "A receipt is no answer to anything that was asked here."),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_a_signed_reason_and_listed(known, changes, reason):
    assert taken(packed(said(**changes))) == ("refused", reason)
    assert (ExchangeArrival.objects.get().reason, IncomingRequest.objects.count()) == (reason, 0)


@pytest.mark.parametrize(
    ("dossier", "shown", "field"),
    [
        ({"id": DOSSIER, "code": "H29-" + "1" * 60}, "H29-" + "1" * 55 + "…", "code"),
        ({"id": DOSSIER, "code": 7}, "", "code"),
        ({"id": DOSSIER, "code": "H29\0-1"}, "H29-1", "code"),
        ("H29-1", "", "dossier"),
    ],
)
def test_a_code_that_is_none_is_refused_with_a_signed_reason_too(known, client, dossier, shown, field):
    answer = hand_in(client, packed(said(dossier=dossier)))
    assert answer.status_code == 200
    receipt = receipt_of(answer.content)
    assert (receipt.outcome, receipt.reason) == (
        "refused",
        f"The package says nothing of use in the field “{field}”.",
    )
    assert ExchangeArrival.objects.get().code == shown


def test_a_file_that_is_none_is_refused_and_leaves_nothing(known):
    content = said()
    outcome, reason = taken(packed(content, files={"files/001.pdf": b"MZ not a PDF"}))
    assert (outcome, "to-khai.pdf" in reason) == ("refused", True)
    assert not ExchangedFile.objects.exists()
    assert taken(packed(content)) == ("taken", "")  # mended, under the same number
    assert ExchangeArrival.objects.get().outcome == "taken"


def test_an_older_package_of_another_version_gets_no_receipt(known):
    content = said()
    manifest = package.manifest_of(
        facts_bytes := package.canonical({**content, "format": "onestop-exchange", "version": 0}), {}
    )
    old = package.pack(
        {
            package.MANIFEST: manifest,
            package.SIGNATURE: key("H41.102", FIRST, LAST).sign(manifest),
            package.FACTS: facts_bytes,
        }
    )
    with pytest.raises(package.BadPackage) as refused:
        exchange_taking.take(old)
    assert refused.value.code == "other_version"


def test_who_signs_for_another_is_not_let_in(known, settings, tmp_path):
    from tests.exchange.keys import write

    _key, certificate = write(tmp_path, "H29")
    settings.EXCHANGE_PARTNERS = {**settings.EXCHANGE_PARTNERS, "H29": {"certificate": str(certificate)}}
    with pytest.raises(package.BadPackage) as refused:
        exchange_taking.take(packed(unit="H29"))
    assert refused.value.code == "wrong_sender"


def test_asked_again_moves_the_due_moment_and_brings_back_what_was_withdrawn(request_here):
    assert taken(packed(said("withdrawal"))) == ("taken", "")
    request_here.refresh_from_db()
    assert request_here.withdrawn_at
    again = said()
    again["ask"] = {**again["ask"], "due_at": "2026-11-11T08:00:00+07:00"}
    assert taken(packed(again)) == ("taken", "")
    request_here.refresh_from_db()
    assert (request_here.withdrawn_at, f"{request_here.due_at:%d %H:%M}") == (None, "11 01:00")
    assert ExchangedFile.objects.count() == 1


# Answering ----------------------------------------------------------------------------------------


def test_an_answer_goes_back_with_its_file(request_here, known, exchange_partner, clock):
    clock.move_to("2026-11-09 10:15")
    answer_request(request_here, by=known.officer, answer="Đúng", uploads=[upload("ket-qua.pdf")])
    assert exchange.deliver_due() == {"delivered": 1}
    ((told, _hash, _at),) = exchange_partner.packages.values()
    answer = told.facts.inside("answer")
    assert (told.kind, str(told.request), answer.text("text")) == ("answer", REQUEST, "Đúng")
    assert f"{answer.moment('at'):%d/%m/%Y %H:%M}" == "09/11/2026 10:15"
    assert [one.name for one in facts.files_of(told, {"files/001.pdf": b""})] == ["ket-qua.pdf"]
    with pytest.raises(NotPossibleNow):
        answer_request(request_here, by=known.officer, answer="Thêm")
    assert taken(packed(said("withdrawal"))) == ("too_late", "")


def test_only_the_asked_agency_answers_and_only_while_it_is_wanted(request_here, known):
    for person in (known.clerk, known.outsider_officer, known.auditor):
        with pytest.raises(NotPermitted):
            answer_request(request_here, by=person, answer="Đúng")
    taken(packed(said("withdrawal")))
    with pytest.raises(NotPossibleNow, match="taken this request back"):
        answer_request(request_here, by=known.officer, answer="Đúng")
    assert not ExchangeMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_files_of_an_answer_are_looked_through_before_anything_is_locked(request_here, known, monkeypatch):
    inside = []

    def check(one):
        inside.append(connection.in_atomic_block)
        return check_file(one)

    monkeypatch.setattr("cases.services.exchange_answers.check_file", check)
    answer_request(request_here, by=known.officer, answer="Đúng", uploads=[upload()])
    assert inside == [False]
    request_here.refresh_from_db()
    with pytest.raises(NotPossibleNow):
        answer_request(request_here, by=known.officer, answer="Thêm", uploads=[upload()])
    assert (inside, ExchangedFile.objects.filter(is_answer=True).count()) == ([False], 1)


def test_of_two_who_answer_the_second_is_told_so(request_here, known):
    as_it_was_read = IncomingRequest.objects.get()
    answer_request(request_here, by=known.officer, answer="Đúng")
    with pytest.raises(NotPossibleNow, match="answered already"):
        answer_request(as_it_was_read, by=known.head, answer="Thêm", uploads=[upload()])
    assert not ExchangedFile.objects.filter(is_answer=True).exists()


def test_a_late_answer_is_said_to_be_late_once(request_here, clock):
    before = Message.objects.count()
    clock.move_to("2026-11-10 08:00")
    assert alert_late_requests() == 0
    clock.move_to("2026-11-10 08:01")
    assert (alert_late_requests(), alert_late_requests()) == (1, 0)
    assert Message.objects.count() == before + 2


def test_a_person_is_told_of_requests_that_name_them(request_here):
    told = export_person("040000000777", asked_by="thử")
    ((row),) = told["asked_by_other_installations"]
    assert (row["applicant_name"], row["question"]) == ("Trần Thị Ví Dụ Xa", "Xác minh nơi cư trú")


# At the address -----------------------------------------------------------------------------------


def hand_in(client, content: bytes, kind: str = "application/zip"):
    return client.post(INTAKE, data=content, content_type=kind)


def test_the_address_says_who_answers_and_takes_packages(known, client):
    assert client.get(INTAKE).json() == {"unit": "H41.101", "format": "onestop-exchange", "version": 1}
    answer = hand_in(client, packed())
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert receipt_of(answer.content).outcome == "taken"


def test_the_address_refuses_strangers_noise_and_what_is_too_large(known, client, settings):
    assert (hand_in(client, packed(unit="H29")).status_code) == 403
    noise = hand_in(client, b"PK")
    assert (noise.status_code, noise.json()["code"]) == (422, "not_a_zip")
    assert hand_in(client, b"{}", "application/json").status_code == 415
    settings.EXCHANGE_MAX_BYTES = 1000
    assert hand_in(client, packed()).status_code == 413
    settings.EXCHANGE_PARTNERS = {}
    assert hand_in(client, b"PK").json()["code"] == "not_connected"
    assert not ExchangeArrival.objects.exists()


def test_without_a_key_nothing_is_taken(known, client, settings):
    settings.EXCHANGE_PKCS12 = "/nowhere.p12"
    assert hand_in(client, packed()).status_code == 503
    assert not IncomingRequest.objects.exists()


# Pages --------------------------------------------------------------------------------------------


def test_a_request_stands_in_the_list_and_is_answered_on_its_page(request_here, known, client):
    client.force_login(known.officer)
    page = reverse("admin:incoming_request", args=[request_here.pk])
    listed = client.get(reverse("admin:questions")).content.decode()
    assert (page in listed, "Xác minh nơi cư trú" in listed) == (True, True)
    shown = client.get(page).content.decode()
    assert ("Trần Thị Ví Dụ Xa" in shown, "to-khai.pdf" in shown) == (True, True)
    file = client.get(reverse("admin:incoming_file", args=[request_here.pk, request_here.files.get().pk]))
    assert b"".join(file.streaming_content) == FILE
    assert client.post(page, {"answer": " "}).status_code == 200
    bad = client.post(page, {"answer": "Đúng", "file": upload("x.pdf", b"MZ")})
    assert (bad.status_code, "Đúng" in bad.content.decode()) == (200, True)
    assert client.post(page, {"answer": "Đúng", "file": upload()}).status_code == 302
    assert "answered already" in client.get(page).content.decode()
    assert client.post(page, {"answer": "Đúng"}).status_code == 302
    client.force_login(known.outsider_officer)
    assert client.get(page).status_code == 404


def test_the_page_of_the_exchange_shows_what_was_refused_and_sends_it_again(
    request_here, known, client, exchange_partner
):
    answer_request(request_here, by=known.officer, answer="Đúng")
    exchange_partner.set_fault(Fault.REFUSE, 1)
    exchange.deliver_due()
    row = ExchangeMessage.objects.get()
    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    client.force_login(keeper)
    page = client.get(reverse("admin:exchange")).content.decode()
    assert ("It refuses: Chưa nối" in page, "H41.102-261109-0001" in page) == (True, True)
    client.post(reverse("admin:exchange_act", args=[row.pk, "park"]))
    client.post(reverse("admin:exchange_act", args=[row.pk, "send"]))
    assert client.post(reverse("admin:exchange_act", args=[row.pk, "burn"])).status_code == 404
    assert exchange.deliver_due() == {"delivered": 1}
    row.refresh_from_db()
    assert row.manifest_hash[:12] in client.get(reverse("admin:exchange")).content.decode()
    assert exchange_acts.messages_of(known.outsider_head).count() == 0
    assert exchange_acts.arrivals_of(known.head).count() == 1
