"""Wrong passwords close an account for an address; the API takes tokens and no password at all."""

import base64

import pytest
from axes.models import AccessAttempt
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

from tests.cast import PASSWORD

LOGIN = "/quan-tri/login/"
WAIT_15 = "Too many wrong passwords. Wait 15 minutes and try again."
WARD = "192.0.2.1"  # one address for all computers of the ward


@pytest.fixture(autouse=True)
def three_tries(settings):
    settings.AXES_FAILURE_LIMIT = 3
    settings.LANGUAGE_CODE = "en"


def form(password: str, username: str = "mot-cua", address: str = WARD, **options):
    """True = in, else the sentences on the form."""
    sent = {"username": username, "password": password}
    answer = Client(**options).post(LOGIN, sent, REMOTE_ADDR=address)
    return answer.status_code == 302 or answer.context["form"].non_field_errors()


def api(password: str, username: str = "mot-cua", address: str = WARD):
    token = base64.b64encode(f"{username}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {token}"}
    return Client().get("/api/v1/me/", headers=headers, REMOTE_ADDR=address)


def close(username: str = "mot-cua", address: str = WARD) -> None:
    for _ in range(3):
        assert "correct username and password" in form("sai", username, address)[0]


def test_a_closed_account_says_for_how_many_minutes(world, clock):
    close()
    assert form(PASSWORD) == [WAIT_15]
    clock.move_to("2026-11-09 09:14")
    assert form(PASSWORD) == ["Too many wrong passwords. Wait 1 minute and try again."]
    clock.move_to("2026-11-09 09:16")
    assert form(PASSWORD) is True


def test_trying_on_makes_the_wait_no_longer(world, clock):
    close()
    clock.move_to("2026-11-09 09:10")
    assert form("sai") == ["Too many wrong passwords. Wait 5 minutes and try again."]
    clock.move_to("2026-11-09 09:16")
    assert form(PASSWORD) is True


def test_a_whole_ward_behind_one_address_goes_on(world):
    close()
    assert form(PASSWORD, "thu-ly") is True
    assert form(PASSWORD, "giam-sat") is True


def test_the_person_itself_comes_in_from_elsewhere(world):
    close()
    assert form(PASSWORD, address="192.0.2.2") is True


def test_an_account_is_one_however_it_is_spelt(world):
    for spelt in ("mot-cua", "MOT-CUA", "Mot-Cua"):
        form("sai", spelt)
    assert form(PASSWORD) == [WAIT_15]


def test_a_right_password_forgets_the_wrong_ones(world):
    form("sai"), form("sai")
    assert form(PASSWORD) is True
    close()


def test_the_api_takes_no_password(world):
    assert api(PASSWORD).status_code == 401


def test_an_account_that_does_not_exist_closes_alike(world):
    close("khong-co")
    assert form(PASSWORD, "khong-co") == [WAIT_15]


def test_nobody_gets_a_new_address_by_a_header(world):
    headers = {"X-Forwarded-For": "192.0.2.9"}
    for _ in range(3):
        form("sai", headers=headers)
    assert form(PASSWORD, headers={"X-Forwarded-For": "192.0.2.8"}) == [WAIT_15]


def test_many_accounts_from_one_address_are_slowed_down(world, monkeypatch, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    rates = {**SimpleRateThrottle.THROTTLE_RATES, "sign-in": "4/min"}
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", rates)
    for number in range(4):
        form("Matkhau123", f"can-bo-{number}")
    assert form(PASSWORD) == ["Too many wrong passwords. Wait 1 minute and try again."]


def test_what_is_kept_names_nobody_and_holds_no_password(world):
    form("bi-mat-cua-toi", "mot-cua")
    form("x", "toi-go-nham-mat-khau")
    kept = str(list(AccessAttempt.objects.values()))
    assert [word for word in ("bi-mat-cua-toi", "mot-cua", "toi-go-nham-mat-khau") if word in kept] == []


@pytest.mark.parametrize("name", ["x" * 5000, "a\x00b", "😀", "' OR 1=1 --"])
def test_no_name_is_an_error_of_the_server(world, name):
    assert form("sai", name) is not True


def test_new_passwords_are_long_and_not_common():
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    for weak in ("ngan-qua-11", "123456789012345", "passwordpassword"[:8]):
        with pytest.raises(ValidationError):
            validate_password(weak)
    validate_password("bo-cau-trang-bay-2026")
