"""What browsers are told with every answer: who may run, embed and read what."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD


def policy(response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: sources for name, _blank, sources in parts}


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("path", ["/", "/tra-cuu/", "/khong-co/"])
def test_public_pages_run_no_inline_script_and_no_inline_style(db, path):
    assert policy(Client().get(path)) == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


def test_the_back_office_runs_its_own_files_only(world):
    found = policy(signed_in(world.clerk).get("/quan-tri/"))
    assert found["script-src"] == "'self' 'unsafe-eval'"
    assert found["style-src"] == "'self' 'unsafe-inline'"
    assert (found["frame-ancestors"], found["form-action"]) == ("'none'", "'self'")


def test_a_form_may_lead_to_the_identity_provider_that_is_configured(db, settings):
    settings.CSP_FORM_TARGETS = ["https://dang-nhap.example"]
    assert policy(Client().get("/"))["form-action"] == "'self' https://dang-nhap.example"


def test_a_form_may_lead_to_the_identity_providers_without_being_told_so(db, settings):
    settings.OIDC_CITIZEN_ISSUER = "https://dinh-danh.example/realms/dan"
    settings.OIDC_STAFF_ISSUER = "https://sso.example:8443"
    targets = "'self' https://dinh-danh.example https://sso.example:8443"
    assert policy(Client().get("/"))["form-action"] == targets
    assert policy(Client().get("/quan-tri/login/"))["form-action"] == targets


def test_data_and_downloads_run_nothing(world):
    dossier = world.receive()
    world.scan(dossier)
    client, scan = signed_in(world.clerk), dossier.documents.get()
    nothing = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    closed = nothing | {"frame-ancestors": "'none'"}
    assert policy(client.get("/api/v1/procedures/")) == closed
    file = client.get(reverse("admin:dossier_document", args=[dossier.pk, scan.pk]))
    picture = client.get(reverse("admin:dossier_page", args=[dossier.pk, scan.pk, 1, "thumbnail"]))
    assert [policy(answer) for answer in (file, picture)] == [closed | {"sandbox": ""}] * 2
    assert [answer["X-Content-Type-Options"] for answer in (file, picture)] == ["nosniff"] * 2
    assert file["Content-Disposition"].startswith("attachment")


def test_a_receipt_is_shown_in_our_own_frames_and_nowhere_else(world):
    client, dossier = signed_in(world.clerk), world.receive()
    receipt = client.get(reverse("admin:dossier_receipt", args=[dossier.pk]))
    slip = client.get(reverse("admin:dossier_control_slip", args=[dossier.pk]))
    assert [policy(answer)["frame-ancestors"] for answer in (receipt, slip)] == ["'self'", "'none'"]
    assert policy(receipt)["script-src"] == "'none'"


def test_every_answer_says_what_is_not_needed(db):
    for path in ("/", "/healthz", "/api/v1/procedures/", "/quan-tri/login/"):
        answer = Client().get(path)
        assert "camera=(), microphone=(), geolocation=()" in answer["Permissions-Policy"]
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}
        assert answer["X-Frame-Options"] == "DENY"


def test_under_https_browsers_stay_with_it_for_a_year(db, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    answer = Client().get("/", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(world):
    client = Client()
    client.get("/quan-tri/login/")
    client.post("/i18n/setlang/", {"language": "en"})
    client.post("/quan-tri/login/", {"username": world.clerk.username, "password": PASSWORD})
    flags = {name: (bool(cookie["httponly"]), cookie["samesite"]) for name, cookie in client.cookies.items()}
    assert flags == {
        "csrftoken": (False, "Lax"),  # the reception page sends it with what it saves in between
        "django_language": (True, "Lax"),
        "sessionid": (True, "Lax"),
    }


def test_developers_pages_bring_their_own_style(db, settings):
    settings.DEBUG = True
    assert "Content-Security-Policy" not in Client().get("/khong-co/")
