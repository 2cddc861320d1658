"""What somebody tries who does not belong there; nothing gets through.

Who is answered what at each address is in `tests/role_table.txt`; here is what is tried beside the roles.
"""

import io
import json
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from cases import lookup, services
from cases.enums import Verb
from cases.models import Dossier
from cases.services.applicants import ApplicantFacts
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.api.conftest import client_of, reception, refused
from tests.cases.helpers import everything, make_person
from tests.cast import PASSWORD, pdf, upload
from tests.procedures.back_office import change, form_of
from tests.role_stage import OUTSIDE
from tests.test_role_table import ROWS, expected

EVIL = "https://ke-gian.example"
RUBBISH = [
    "' OR 1=1 --",
    "\x00",
    "../../etc/passwd",
    "%00",
    "{{7*7}}",
    "<script>",
    "9" * 5000,
    "😀",
    "％",
    "-1",
]


def signed_in(person, **options) -> Client:
    client = Client(raise_request_exception=False, **options)
    client.force_login(person)
    return client


# Guessing -------------------------------------------------------------------------------------------


def test_secrets_are_not_guessed(world):
    """After five wrong tries the next has to wait; an unknown code and a wrong secret are answered alike."""
    dossier = world.receive()
    client = Client()
    for code in (dossier.code, "H41.101-261109-0999"):
        tries = [client.post("/tra-cuu/", {"code": code, "secret": f"AAAA-{n:04}"}) for n in range(21)]
        assert [answer.status_code for answer in tries] == [404] * 5 + [429] * 16
    known, unknown = (
        client.post("/tra-cuu/", {"code": code, "secret": "AAAA-0000"}, REMOTE_ADDR="192.0.2.3").content
        for code in (dossier.code, "H41.101-261109-0999")
    )
    assert known.replace(dossier.code.encode(), b"") == unknown.replace(b"H41.101-261109-0999", b"")


def test_the_secret_of_one_dossier_opens_no_other(world):
    mine, other = world.receive(), world.receive()
    answer = Client().post("/tra-cuu/", {"code": other.code, "secret": lookup.secret_of(mine)})
    assert answer.status_code == 404


@pytest.mark.parametrize("token", ["", "x", "1", "1:abc", "../", "0" * 300])
def test_links_of_a_waiting_room_are_not_guessed(db, token):
    assert Client().get(f"/goi-so/{token}/moi/").status_code == 404


# Another agency's things by their number ------------------------------------------------------------

# What those outside may see of the ward's things, and why.
MAY_SEE = {
    ("api:consultation_answer", "POST"),  # they were asked
    ("admin:consultation_answer", "POST"),
    ("api:procedure", "GET"),  # the catalogue is everybody's
    ("api:status", "GET"),
    ("admin:report_list", "GET"),  # names a kind of list; the rows are of their own agencies
}
# Those who were asked see the dossier that they were asked about.
ASKED = {"processing", "processing_uuid", "question"}
OF_EVERYBODY = {
    "procedure",
    "proposal",  # what a decision says of a procedure
    "procedure_code",
    "version",
    "day",
    "reason",
    "source",
    "tariff",
    "token",
    "nonce",
    "desk",  # what is posted there
    "notice_token",  # whoever was sent the link may switch that notice
}


def test_nobody_outside_gets_anything_of_the_ward_by_its_number():
    got = []
    for (name, method), (arguments, answers) in ROWS.items():
        if not arguments or arguments[0] in OF_EVERYBODY or (name, method) in MAY_SEE:
            continue
        outside = expected(answers)
        allowed = {"o", "s", "c"} if set(arguments) & ASKED else set()
        got += [
            (name, method, letter, outside[letter])
            for letter in {*OUTSIDE, "k"} - allowed
            if outside[letter].startswith("2")
        ]
    known = {"admin:app_list", "admin:view_on_site", "admin:dossier_bulk"}  # name no thing of an agency
    assert [found for found in got if found[0] not in known] == []


def test_lists_and_searches_hold_nothing_of_another_agency(world):
    dossier = world.receive(applicant=ApplicantFacts("Trần Thị Bí Mật", id_number="040099000777"))
    client = signed_in(world.outsider_clerk)
    for name in ("dossiers", "overdue", "letters", "filings", "consultations", "certifications"):
        assert client.get(reverse(f"api:{name}")).json()["results"] == []
    for query in ("Bí Mật", "bi mat", dossier.code, "040099000777"):
        for page in ("admin:cases_dossier_changelist", "admin:search", "admin:results"):
            answer = client.get(reverse(page), {"q": query, "s": query}, follow=True)
            assert "Trần Thị Bí Mật" not in answer.content.decode()


def test_a_file_is_not_found_under_another_dossier(world):
    """Neither that of another applicant at the own desk, nor that of another desk under an own dossier."""
    mine, other = world.receive(), world.receive(desk=world.other_ward, by=world.outsider_clerk)
    world.scan(mine)
    scan = mine.documents.get()
    stranger = signed_in(world.outsider_clerk)
    own = world.receive()
    assert [
        client.get(reverse(name, args=[dossier.pk, scan.pk])).status_code
        for client, dossier in ((stranger, mine), (stranger, other), (signed_in(world.clerk), own))
        for name in ("admin:dossier_document", "admin:dossier_searchable")
    ] == [404] * 6
    assert stranger.get(reverse("api:document", args=[other.uuid, scan.pk])).status_code == 404
    assert signed_in(world.clerk).get(reverse("api:document", args=[own.uuid, scan.pk])).status_code == 404


# Acting without the right ---------------------------------------------------------------------------


@pytest.mark.parametrize("verb", Verb.values)
def test_a_post_without_the_right_moves_nothing(world, verb):
    dossier = world.processing()
    before = everything()
    sent = {"reason": "x", "items": "x", "number": "1", "signer": "x", "to": world.officer.pk}
    for person in (world.auditor, world.outsider_clerk, world.outsider_officer, world.outsider_head):
        answer = signed_in(person).post(reverse("admin:dossier_verb", args=[dossier.pk, verb]), sent)
        assert answer.status_code in {200, 302, 404, 405}
    assert everything() == before


def test_signing_in_makes_a_new_session(world):
    client = Client()
    client.get("/quan-tri/login/")
    client.cookies["sessionid"] = "a" * 32
    client.post("/quan-tri/login/", {"username": "mot-cua", "password": PASSWORD})
    assert client.cookies["sessionid"].value != "a" * 32
    assert client.get("/quan-tri/").status_code == 200


def test_signing_out_ends_the_session_for_who_copied_it(world):
    client = signed_in(world.clerk)
    copied = client.cookies["sessionid"].value
    client.post("/quan-tri/logout/")
    thief = Client()
    thief.cookies["sessionid"] = copied
    assert thief.get("/quan-tri/").status_code == 302


# More than was asked for ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "extra",
    [
        {"state": "paid"},
        {"due_at": "2030-01-01T00:00:00+07:00"},
        {"code": "H41.101-000000-0001"},
        {"holder": "thu-ly"},
        {"clock_started_at": "2020-01-01T00:00:00+07:00"},
        {"uuid": str(uuid4())},
    ],
)
def test_a_reception_takes_no_fact_that_the_system_makes(world, extra):
    answer = client_of(world.clerk).post("dossiers/", {**reception(world), **extra}, key="k")
    refused(answer, 400, "malformed")
    assert not Dossier.objects.exists()


def test_nobody_makes_himself_more_than_he_is(world):
    keeper = make_person("quan-tri-don-vi", world.ward, Role.AGENCY_ADMIN, is_staff=True)
    client = signed_in(keeper)
    for person in (keeper, world.clerk):
        page = change(person)
        sent = {**form_of(client, page), "is_superuser": "on", "role": Role.SYSTEM_ADMIN, "agency": ""}
        client.post(page, sent)
        kept = Staff.objects.get(pk=person.pk)
        assert (kept.is_superuser, kept.role, kept.agency) == (False, person.role, world.ward)


def test_a_request_is_not_repeated_with_another_body(world):
    client, body = client_of(world.clerk), reception(world)
    assert client.post("dossiers/", body, key="k").status_code == 201
    changed = {**body, "applicant": {"full_name": "Trần Văn Khác"}}
    assert client.post("dossiers/", changed, key="k").json()["code"] == "idempotency_key_reused"
    assert Dossier.objects.count() == 1


# What comes out -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r="])
def test_a_name_is_never_a_formula_in_excel(world, sign):
    name = f"{sign}cmd|' /C calc'!A0"
    world.receive(applicant=ApplicantFacts(name))
    answer = signed_in(world.clerk).post(reverse("admin:export"), {"list": ""})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} <= {"s", "d", "n"}


def test_names_run_nothing_on_a_page(world):
    dossier = world.receive(
        applicant=ApplicantFacts("<script>alert(1)</script>"), subject="<img src=x onerror=alert(1)>"
    )
    page = (
        signed_in(world.clerk).get(reverse("admin:cases_dossier_change", args=[dossier.pk])).content.decode()
    )
    assert "<script>alert(1)" not in page and "<img src=x" not in page
    sent = {"code": dossier.code, "secret": lookup.secret_of(dossier)}
    assert "<script>alert(1)" not in Client().post("/tra-cuu/", sent).content.decode()


def test_passwords_are_kept_hashed(world):
    kept = Staff.objects.get(pk=world.clerk.pk).password
    assert PASSWORD not in kept and check_password(PASSWORD, kept)


# Addresses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["ke-gian.example", "localhost.ke-gian.example", "127.0.0.1@ke-gian.example", "a b"]
)
def test_another_host_is_not_answered(db, settings, host):
    settings.ALLOWED_HOSTS = ["motcua.example", "localhost"]
    for path in ("/", "/quan-tri/login/", "/api/v1/procedures/"):
        assert Client().get(path, headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "target",
    [EVIL, "//ke-gian.example/", "https:ke-gian.example", "\\\\ke-gian.example", "javascript:alert(1)"],
)
def test_nobody_is_sent_elsewhere(world, target):
    login = {"username": "mot-cua", "password": PASSWORD, "next": target}
    assert Client().post(f"/quan-tri/login/?next={target}", login)["Location"] == "/quan-tri/"
    for path in ("/i18n/setlang/", "/ngon-ngu/"):
        sent = {"language": "vi", "next": target}
        assert Client().post(path, sent, headers={"referer": EVIL})["Location"] == "/"
    assert Client().get(f"/{target}").headers.get("Location", "/").startswith("/")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../onestop/settings.py",
        "/static/..%2fonestop/settings.py",
        "/static//etc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/.env",
        "/documents/",
        "/media/",
    ],
)
def test_nothing_beside_the_public_files_is_served(db, path):
    assert Client().get(path).status_code == 404


def test_a_file_is_stored_and_served_under_no_name_of_the_sender(world):
    dossier = world.receive()
    name = '../../../tmp/x";\r\nSet-Cookie: a=b;.pdf'
    services.add_document(dossier, upload("x.pdf", pdf()), by=world.clerk)
    document = dossier.documents.get()
    document.__class__.objects.filter(pk=document.pk).update(name=name)
    assert ".." not in document.file.name
    answer = signed_in(world.clerk).get(reverse("admin:dossier_document", args=[dossier.pk, document.pk]))
    assert answer.status_code == 200
    assert "\n" not in answer["Content-Disposition"] and not answer.cookies


# Rubbish --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_no_rubbish_is_an_error_of_the_server(world, rubbish):
    client, anybody = signed_in(world.clerk), Client(raise_request_exception=False)
    statuses = {
        anybody.get("/tra-cuu/", {"ma": rubbish}).status_code,
        anybody.post("/tra-cuu/", {"code": rubbish, "secret": rubbish}).status_code,
        anybody.get("/api/v1/procedures/", {"q": rubbish}).status_code,
        client.get("/api/v1/dossiers/", {"cursor": rubbish, "q": rubbish}).status_code,
        client.get(
            "/quan-tri/cases/dossier/", {"o": rubbish, "state": rubbish, "after": rubbish}
        ).status_code,
        client.get("/quan-tri/search/", {"s": rubbish}).status_code,
        client.post("/quan-tri/tiep-nhan/", {"procedure": rubbish, "nonce": rubbish}).status_code,
        client.post(
            "/api/v1/dossiers/", json.dumps({"desk": rubbish}), content_type="application/json"
        ).status_code,
    }
    assert {status for status in statuses if status >= 500} == set()


@pytest.mark.parametrize(
    "header", ["Accept-Language", "Referer", "X-Forwarded-For", "X-Lookup-Secret", "Authorization", "Cookie"]
)
def test_no_header_is_an_error_of_the_server(world, header):
    code = world.receive().code
    for value in ("\x7f" * 9000, "Basic !!!", "sessionid=%00", "'--", "Basic //79"):
        for path in ("/tra-cuu/", f"/api/v1/status/{code}/", "/api/v1/me/", "/quan-tri/"):
            assert Client(raise_request_exception=False).get(path, headers={header: value}).status_code < 500
