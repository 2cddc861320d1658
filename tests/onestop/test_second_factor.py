"""The second factor of staff: nobody opens anything between the password and the code."""

import base64
import re
import time

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django_otp.oath import TOTP

from cases.scopes import Scope
from cases.services.tokens import make_token
from onestop.checks import check_roles_with_second_factor
from procedures.enums import Role
from procedures.models import Authenticator, RecoveryCode, Staff
from procedures.services import second_factor
from procedures.services.second_factor import CodeRefused
from tests.cast import PASSWORD

HOME, LOGIN, OWN, CODE = "/quan-tri/", "/quan-tri/login/", "/quan-tri/hai-lop/", "/quan-tri/hai-lop/ma/"
WRONG = "This code is not right, or it was used already. Wait for the next code in the app and type that one."


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def shown_by(secret: str) -> str:
    """What the app shows now."""
    clock = TOTP(base64.b32decode(secret.replace(" ", "")))
    clock.time = time.time()
    return f"{clock.token():06}"


@pytest.fixture
def secret(world) -> str:
    return second_factor.begin(world.clerk).secret


@pytest.fixture
def codes(world, secret, clock) -> list[str]:
    """The recovery codes of the clerk, who turned the second factor on a minute ago."""
    _device, made = second_factor.confirm(world.clerk, shown_by(secret))
    clock.move_to("2026-11-09 09:01")
    return made


def with_password(then: str = HOME, username: str = "mot-cua") -> Client:
    client = Client()
    sent = {"username": username, "password": PASSWORD, "next": then}
    assert client.post(LOGIN, sent).status_code == 302
    return client


def errors(answer) -> list[str]:
    return [text for texts in answer.context["form"].errors.values() for text in texts]


# --- The way in -----------------------------------------------------------------------------------


def test_who_has_none_signs_in_with_the_password_alone(world):
    assert with_password().get(HOME).status_code == 200


def test_after_the_password_every_page_leads_to_the_code(codes):
    client = with_password()
    answer = client.get("/quan-tri/cases/dossier/?holder=me")
    assert answer["Location"] == f"{CODE}?next=%2Fquan-tri%2Fcases%2Fdossier%2F%3Fholder%3Dme"
    assert client.post("/quan-tri/tiep-nhan/")["Location"] == CODE
    assert client.get(OWN)["Location"].startswith(CODE)
    assert client.get(CODE).status_code == 200


def test_the_code_leads_to_where_one_wanted_to_go(codes, secret):
    client = with_password()
    before = client.session.session_key
    answer = client.post(CODE, {"code": shown_by(secret), "next": "/quan-tri/cases/dossier/"})
    assert answer["Location"] == "/quan-tri/cases/dossier/"
    assert client.get("/quan-tri/cases/dossier/").status_code == 200
    assert client.session.session_key != before


def test_the_code_leads_nowhere_else(codes, secret):
    answer = with_password().post(CODE, {"code": shown_by(secret), "next": "https://evil.example/"})
    assert answer["Location"] == HOME


def test_a_half_session_is_nobody_over_the_api_and_on_public_pages(codes, secret):
    client = with_password()
    assert client.get("/api/v1/me/").status_code == 401
    assert client.get("/tra-cuu/").wsgi_request.user.is_anonymous
    client.post(CODE, {"code": shown_by(secret)})
    assert client.get("/api/v1/me/").status_code == 200


def test_a_token_of_the_api_is_not_asked(world, codes):
    _token, text = make_token(
        world.clerk, by=world.clerk, name="Kiosk", scopes=[Scope.READ], agency=None, days=1
    )
    assert Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {text}"}).status_code == 200


def test_who_is_half_in_may_leave(codes):
    client = with_password()
    assert client.post("/quan-tri/logout/").status_code in {200, 302}
    assert client.get(CODE)["Location"].startswith(LOGIN)


def test_a_code_works_once(codes, secret):
    shown = shown_by(secret)
    assert with_password().post(CODE, {"code": shown}).status_code == 302
    assert errors(with_password().post(CODE, {"code": shown})) == [WRONG]


def test_the_clock_of_a_telephone_may_be_half_a_minute_wrong(codes, secret, clock):
    shown = shown_by(secret)
    clock.move_to("2026-11-09 09:02")
    assert errors(with_password().post(CODE, {"code": shown})) == [WRONG]
    shown = shown_by(secret)
    clock.move_to("2026-11-09 09:02:30")
    assert with_password().post(CODE, {"code": shown}).status_code == 302


def test_a_recovery_code_works_once_however_it_is_written(codes):
    typed = codes[0].lower().replace("-", " ")
    assert with_password().post(CODE, {"code": typed}).status_code == 302
    assert errors(with_password().post(CODE, {"code": codes[0]})) == [WRONG]
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_nobody_gets_in_with_a_colleagues_code(world, codes, secret):
    other = second_factor.begin(world.officer)
    second_factor.confirm(world.officer, shown_by(other.secret))
    client = with_password(username="thu-ly")
    assert errors(client.post(CODE, {"code": codes[0]})) == [WRONG]
    assert errors(client.post(CODE, {"code": shown_by(secret)})) == [WRONG]


@pytest.mark.parametrize("typed", ["", "000000", "１２３４５６", "x" * 41, "😀", "' OR 1=1 --", "-1", "1e5"])
def test_rubbish_is_a_sentence(codes, typed):
    answer = with_password().post(CODE, {"code": typed})
    assert (answer.status_code, len(errors(answer))) == (200, 1)


def test_wrong_codes_close_the_second_factor_from_wherever(codes, secret, settings, clock):
    settings.AXES_FAILURE_LIMIT = 3
    for number in range(3):
        answer = with_password().post(CODE, {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{number}")
        assert errors(answer) == [WRONG]
    closed = ["Too many wrong codes. Wait 15 minutes and try again."]
    assert errors(with_password().post(CODE, {"code": shown_by(secret)})) == closed
    assert errors(with_password().post(CODE, {"code": codes[0]})) == closed
    clock.move_to("2026-11-09 09:17")
    assert errors(with_password().post(CODE, {"code": "000000"})) == [WRONG]
    assert with_password().post(CODE, {"code": shown_by(secret)}).status_code == 302


# --- On and off -----------------------------------------------------------------------------------


def test_it_is_set_up_with_a_picture_or_by_hand_and_codes_are_shown_once(world, clock):
    client = with_password()
    assert "Set up the second factor" in client.get(OWN).content.decode()
    client.post(OWN, {"do": "begin"})
    page = client.get(OWN)
    secret = page.context["secret"]
    assert "<svg" in page.context["qr"] and "style=" not in page.context["qr"]
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", secret)
    assert errors(client.post(OWN, {"do": "confirm", "code": "000000"})) == [WRONG]
    done = client.post(OWN, {"do": "confirm", "code": shown_by(secret)})
    assert len(set(done.context["codes"])) == 10
    assert done["Cache-Control"].startswith("max-age=0")
    after = client.get(OWN)
    assert after.status_code == 200  # this session has just shown a code
    assert [code for code in done.context["codes"] if code in after.content.decode()] == []
    assert secret not in after.content.decode()


def test_other_sessions_of_the_account_are_asked_at_once(world, secret):
    elsewhere = with_password()
    second_factor.confirm(world.clerk, shown_by(secret))
    assert elsewhere.get(HOME)["Location"].startswith(CODE)


def test_nobody_sets_up_a_second_app_beside_the_first(world, codes):
    with pytest.raises(CodeRefused):
        second_factor.begin(Staff.objects.get(pk=world.clerk.pk))
    with pytest.raises(IntegrityError), transaction.atomic():
        Authenticator.objects.create(user=world.clerk, secret="A" * 32)


def test_new_codes_replace_the_old_ones(world, codes, secret):
    fresh = second_factor.renew_codes(world.clerk, shown_by(secret))
    with pytest.raises(CodeRefused):
        second_factor.check(world.clerk, codes[1])
    assert second_factor.check(world.clerk, fresh[0]).user == world.clerk


def test_it_is_turned_off_with_a_code_alone(world, codes, secret):
    client = with_password()
    client.post(CODE, {"code": codes[0]})
    assert errors(client.post(OWN, {"do": "off", "code": "000000"})) == [WRONG]
    assert client.post(OWN, {"do": "off", "code": shown_by(secret)}).status_code == 302
    assert with_password().get(HOME).status_code == 200
    assert (Authenticator.objects.count(), RecoveryCode.objects.count()) == (0, 0)


def test_the_database_holds_neither_secret_nor_codes(world, codes, secret):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a::text FROM procedures_authenticator a UNION ALL SELECT r::text FROM procedures_recoverycode r"
        )
        kept = "".join(text for (text,) in cursor.fetchall())
    assert len(kept) > 500
    assert [one for one in (secret, *codes, *(code.replace("-", "") for code in codes)) if one in kept] == []


# --- Reset ----------------------------------------------------------------------------------------


def keeper(world, agency) -> Staff:
    return Staff.objects.create_user(
        f"giu-{agency.identifier}", password=PASSWORD, role=Role.AGENCY_ADMIN, agency=agency, is_staff=True
    )


def test_who_keeps_the_account_resets_it_and_that_is_recorded(world, codes):
    client, path = Client(), f"{OWN}{world.clerk.pk}/dat-lai/"
    boss = keeper(world, world.ward)
    client.force_login(boss)
    assert client.get(path).status_code == 200
    assert Authenticator.objects.count() == 1
    assert client.post(path)["Location"] == f"/quan-tri/procedures/staff/{world.clerk.pk}/change/"
    assert with_password().get(HOME).status_code == 200
    entry = LogEntry.objects.filter(object_id=str(world.clerk.pk)).first()
    assert (entry.user, entry.get_change_message()) == (boss, "Deleted second factor “mot-cua”.")
    assert "off" in client.get(f"/quan-tri/procedures/staff/{world.clerk.pk}/change/").content.decode()


def test_nobody_else_resets_it(world, codes):
    path = f"{OWN}{world.clerk.pk}/dat-lai/"
    for person, status in (
        (world.officer, 403),
        (world.head, 403),
        (world.outsider_clerk, 403),
        (keeper(world, world.other_ward), 404),
    ):
        client = Client()
        client.force_login(person)
        assert (client.get(path).status_code, client.post(path).status_code) == (status, status)
    assert Authenticator.objects.filter(confirmed=True).count() == 1


def test_nobody_resets_the_own(world):
    boss = keeper(world, world.ward)
    with pytest.raises(PermissionDenied):
        second_factor.reset(boss, by=boss)


# --- Roles that need it ---------------------------------------------------------------------------


def test_a_role_that_needs_it_opens_nothing_before_it_is_set_up(world, settings):
    settings.OTP_REQUIRED_ROLES = [Role.CLERK]
    client = with_password()
    assert client.get("/quan-tri/cases/dossier/")["Location"].startswith(f"{OWN}?next=")
    assert client.get("/api/v1/me/").status_code == 401
    assert client.get(CODE)["Location"].startswith(OWN)
    client.post(OWN, {"do": "begin"})
    client.post(OWN, {"do": "confirm", "code": shown_by(client.get(OWN).context["secret"])})
    assert client.get("/quan-tri/cases/dossier/").status_code == 200
    assert with_password(username="thu-ly").get(HOME).status_code == 200


def test_a_misspelt_role_is_named_by_the_check(settings):
    settings.OTP_REQUIRED_ROLES = ["clerk", "citizen", "boss"]
    assert [fault.msg for fault in check_roles_with_second_factor(None)] == [
        "OTP_REQUIRED_ROLES names what is no role of staff: boss, citizen."
    ]
