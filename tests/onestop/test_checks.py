"""Risky combinations of settings are named before they do harm."""

from datetime import date

import pytest
from django.core.checks import run_checks

from onestop.replica import State
from procedures.models import CalendarDay, Substitute

LONG = "a-long-random-text-0123456789-abcdefghijklmnopqrstuvwxyz"
PRODUCTION = {
    "DEBUG": False,
    "HTTPS": True,
    "USES_EMBEDDED_POSTGRES": False,
    "USES_EMBEDDED_REDIS": False,
    "SECRET_KEY": LONG,
    "LOOKUP_KEY": LONG[::-1],
    "WEBHOOK_KEY": f"webhooks-{LONG}",
    "FIELD_KEYS": [f"fields-{LONG}"],
    "ID_HASH_KEY": f"hashes-{LONG}",
    "AUDIT_KEY": f"audit-{LONG}",
    "DERIVED_KEYS": [],
    "PUBLIC_URL": "https://motcua.example",
    "ALLOWED_HOSTS": ["motcua.example"],
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "SMS_GATEWAY_URL": "https://sms.example/send",
    "ZALO_GATEWAY_URL": "https://zalo.example/send",
    "MAX_SUPPLEMENT_REQUESTS": 1,
    "HEARTBEAT_MAX_AGE_SECONDS": 300,
}


@pytest.fixture
def found(settings):
    """Ids that our checks report for production settings with some changes."""

    def ask(**changes) -> list[str]:
        for name, value in {**PRODUCTION, **changes}.items():
            setattr(settings, name, value)
        messages = run_checks(include_deployment_checks=True)
        for message in messages:
            assert message.hint or not message.id.startswith("onestop.")
        return sorted(message.id for message in messages if message.id.startswith("onestop."))

    return ask


def test_production_settings_are_silent(found):
    assert found() == []


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"DEBUG": True}, ["onestop.E001"]),
        ({"SECRET_KEY": "short"}, ["onestop.E002"]),
        ({"DERIVED_KEYS": ["FIELD_KEYS", "AUDIT_KEY"]}, ["onestop.E006", "onestop.E006"]),
        ({"AUDIT_KEY": "short"}, ["onestop.E006"]),
        ({"FIELD_KEYS": [LONG[1:], "short"]}, ["onestop.E006"]),
        ({"MAX_SUPPLEMENT_REQUESTS": 0}, ["onestop.E004"]),
        ({"CLOSE_AFTER_WORKING_DAYS": 0, "ONLINE_LAST_MINUTES": -1}, ["onestop.E004", "onestop.E004"]),
        ({"UPLOAD_MAX_BYTES": 0, "SESSION_COOKIE_AGE": 0}, ["onestop.E004", "onestop.E004"]),
        ({"PUBLIC_URL": "motcua.example"}, ["onestop.E005"]),
        ({"MAX_SUPPLEMENT_REQUESTS": 2}, ["onestop.W001"]),
        ({"HEARTBEAT_MAX_AGE_SECONDS": 60}, ["onestop.W002"]),
        ({"SCANNER_FOLDER": "/nowhere/at-all"}, ["onestop.W010"]),
        ({"DATABASE_REPLICA_URL": "pg://a", "DATABASE_URL": "pg://a"}, ["onestop.W013"]),
        ({"DATABASE_REPLICA_URL": "pg://b", "DATABASE_URL": "pg://a"}, []),
        ({"OIDC_CITIZEN_ISSUER": "https://dinhdanh.example"}, ["onestop.W020"]),
        (
            {
                "OIDC_CITIZEN_ISSUER": "http://dinhdanh.example",
                "OIDC_CITIZEN_CLIENT_ID": "motcua",
                "OIDC_CITIZEN_CLIENT_SECRET": LONG,
            },
            ["onestop.W020"],
        ),
        ({"USES_EMBEDDED_REDIS": True}, ["onestop.W003"]),
        ({"USES_EMBEDDED_POSTGRES": True}, ["onestop.W003"]),
        ({"PUBLIC_URL": "http://motcua.example"}, ["onestop.W004"]),
        ({"ALLOWED_HOSTS": ["localhost"]}, ["onestop.W005"]),
        ({"ALLOWED_HOSTS": [".example"]}, []),
        ({"ALLOWED_HOSTS": ["*"]}, []),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, ["onestop.W006"]),
        ({"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}, ["onestop.W006"]),
        ({"SMS_GATEWAY_URL": "", "ZALO_GATEWAY_URL": ""}, ["onestop.W006", "onestop.W006"]),
        ({"LOOKUP_KEY": LONG}, ["onestop.W007"]),
        ({"LOOKUP_KEY": "short"}, ["onestop.W007"]),
        ({"WEBHOOK_KEY": LONG}, ["onestop.W011"]),
        ({"WEBHOOK_KEY": "short"}, ["onestop.W011"]),
        ({"WEBHOOK_KEY": LONG[::-1]}, ["onestop.W012"]),
        ({"AUDIT_KEY": LONG}, ["onestop.W012"]),
        ({"ID_HASH_KEY": LONG[1:], "FIELD_KEYS": [LONG[:-1], LONG[1:]]}, ["onestop.W012"]),
        ({"FIELD_KEYS": [LONG[1:], LONG[1:]]}, ["onestop.W012"]),
    ],
)
def test_risky_combination_is_named(found, changes, expected):
    assert found(**changes) == expected


def test_laptop_may_run_with_debug_and_without_keys(found):
    laptop = {"USES_EMBEDDED_POSTGRES": True, "USES_EMBEDDED_REDIS": True, "HTTPS": False}
    assert found(DEBUG=True, SECRET_KEY="short", **laptop) == []


def test_folder_that_cannot_be_written_is_named(found, settings, tmp_path):
    (tmp_path / "file").touch()
    assert found(DATA_DIR=tmp_path / "file" / "data") == ["onestop.E003"]


def test_folder_that_does_not_exist_yet_is_judged_by_its_parent(found, tmp_path):
    assert found(DATA_DIR=tmp_path / "not" / "there") == []


def test_a_year_without_official_calendar_is_named(world, clock):
    def found() -> list[str]:
        messages = run_checks(tags=["database"], databases=["default"])
        return [message.msg for message in messages if message.id == "onestop.W008"]

    assert found() == []
    new_year = CalendarDay.objects.filter(date=date(2027, 1, 1))
    new_year.update(provisional=True)
    assert found() == ["The calendar of 2027 is provisional: due dates that reach into it are estimates."]
    new_year.delete()
    assert found() == ["The calendar of 2027 is missing: due dates that reach into it are estimates."]


@pytest.mark.django_db
def test_people_without_a_substitute_are_counted_where_the_database_is_asked(world, settings):
    def warned(**which) -> list[str]:
        return [message.msg for message in run_checks(**which) if message.id == "onestop.W009"]

    (sentence,) = warned(databases=["default"])
    assert sentence.startswith("6 clerk(s) and officer(s) have fewer than 1 substitute(s)")
    Substitute.objects.create(staff=world.officer, substitute=world.second_officer)
    assert warned(databases=["default"])[0].startswith("5 clerk(s)")
    settings.MIN_SUBSTITUTES = 0
    assert warned(databases=["default"]) == []
    settings.MIN_SUBSTITUTES = 1
    assert warned() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "state, expected",
    [("fresh", []), ("behind", []), ("away", ["onestop.W014"]), ("primary", ["onestop.W014"])],
)
def test_a_replica_that_is_away_or_none_is_named_when_the_database_is_looked_at(monkeypatch, state, expected):
    monkeypatch.setattr("onestop.replica.is_configured", lambda: True)
    monkeypatch.setattr("onestop.replica.Standby.look", lambda self: State(state))
    told = run_checks(databases=["default"])
    assert [message.id for message in told if message.id == "onestop.W014"] == expected
    assert not [message for message in run_checks() if message.id == "onestop.W014"]
