"""Every address, asked by everybody: `tests/role_table.txt` lists what each role is answered.

An address without a row fails, and so does a row without an address.
"""

from pathlib import Path
from unittest.mock import patch

import pytest
import time_machine
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client, override_settings

from tests.cast import MONDAY, Clock, local
from tests.role_stage import EVERYBODY, Stage, addresses

pytestmark = pytest.mark.django_db  # without it the plugin prepares no database for `stage`

TABLE = Path(__file__).with_name("role_table.txt")


def read(text: str) -> dict[tuple[str, str], tuple[list[str], str]]:
    """Arguments and expected answers by address and method."""
    rows = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        place, method, answers = line.split(maxsplit=2)
        name, _, arguments = place.rstrip(")").partition("(")
        names = [argument for argument in arguments.split(",") if argument]
        for one in method.split("+"):
            assert (name, one) not in rows, f"two rows: {name} {one}"
            rows[name, one] = (names, answers)
    return rows


ROWS = read(TABLE.read_text())


def expected(answers: str) -> dict[str, str]:
    """By letter; `*` is everybody who is not named."""
    found, rest = {}, None
    for group in answers.split("|"):
        status, letters = group.split()
        if letters == "*":
            rest = status
            continue
        for letter in letters:
            assert letter in EVERYBODY and letter not in found, answers
            found[letter] = status
    return {letter: found.get(letter, rest) for letter in EVERYBODY}


def written(answers: dict[str, str]) -> str:
    """The other way round, as a row has it."""
    groups = {}
    for letter, status in answers.items():
        groups[status] = groups.get(status, "") + letter
    most = max(groups, key=lambda status: len(groups[status]))
    named = [f"{status} {groups[status]}" for status in sorted(groups) if status != most]
    return " | ".join([*named, f"{most} *"])


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """One world for all rows; each request is taken back, and at the end everything.

    Pages are not drawn: who comes in is decided before, and thousands of drawn pages would take minutes.
    """
    cheap = override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"], LANGUAGE_CODE="en"
    )
    travel = time_machine.travel(local(MONDAY), tick=False)
    undrawn = patch.object(SimpleTemplateResponse, "rendered_content", "")
    with django_db_blocker.unblock(), cheap, undrawn, travel as traveller, transaction.atomic():
        yield Stage(Clock(traveller))
        transaction.set_rollback(True)


def test_every_address_has_its_rows_and_every_row_its_address():
    rows = {name for name, _method in ROWS}
    assert sorted(addresses() - rows) == [], "addresses without a row"
    assert sorted(name for name in rows - addresses() if name not in addresses()) == [], "rows without one"
    assert [name for name in sorted(rows) if {(name, "GET"), (name, "POST")} - set(ROWS)] == []


@pytest.mark.parametrize(("name", "method"), ROWS, ids=lambda part: part)
def test_everybody_is_answered_as_the_table_says(stage, name, method):
    arguments, answers = ROWS[name, method]
    found = stage.answers(name, arguments, method)
    # 503 is no fault of ours: something beside us is not there.
    assert {who: status for who, status in found.items() if status[0] == "5" and status != "503"} == {}
    assert found == expected(answers), f"{name} {method}   {written(found)}"


# What takes a POST without the token of a page, and what is the proof instead. Our public pages send no referrer,
# so browsers send `Origin: null` with their forms, which Django refuses where a cookie is asked for.
WITHOUT_TOKEN = {
    "public:kiosk": "the link of the waiting room; it gives everybody a number",
    "public:language": "none: a language that somebody else switched harms nobody",
    "public:lookup": "the secret of the receipt in the body; it changes nothing",
    "public:lookup_download": "the pass of the owner's page in the body; it changes nothing",
    "public:pay": "the pass of the owner's page in the body; it orders what anybody may pay",
    "public:payment_notice": "the signature of the payment platform",
    "public:postal_notice": "the signature of the post",
    "public:gateway_report": "the signature of the gateway",
    "public:gateway_inbound": "the signature of the gateway",
    "public:verify": "none: it asks about a paper and changes nothing",
    "public:rate": "the proof of a look-up in the body",
    "public:contest": "the proof of a look-up in the body",
    "public:feedback_follow": "number and secret of the acknowledgement in the body",
    "public:notice_choice": "the signed link; mail programs send it by themselves",
}


def test_a_session_without_the_token_of_the_page_changes_nothing(stage):
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    taken = set()
    for letter in ("C", "K"):
        browser.force_login(stage.people[letter])
        for name in sorted(addresses()):
            with transaction.atomic():
                answer = browser.post(stage.address(name, ROWS[name, "POST"][0]), stage.body(name))
                transaction.set_rollback(True)
            if answer.status_code not in {403, 405}:
                taken.add(name)
    assert taken - {"/api/*"} == set(WITHOUT_TOKEN)
