"""`manage.py make_token`."""

import io

import pytest
from django.core.management import CommandError, call_command

from cases.models import AccessToken
from tests.cases.api.conftest import Client


def made(*arguments) -> str:
    out = io.StringIO()
    call_command("make_token", *arguments, stdout=out)
    return out.getvalue().strip()


def test_the_printed_token_opens(world):
    text = made("mot-cua", "--name", "Phần mềm phường", "--scopes", "read, receive", "--days", "7")
    answer = Client(headers={"Authorization": f"Bearer {text}"}).get("me/").json()
    assert (answer["username"], answer["token"]["scopes"]) == ("mot-cua", ["read", "receive"])
    assert answer["token"]["expires_at"] == "2026-11-16T09:00:00+07:00"


def test_it_is_narrowed_to_an_agency(world):
    made("thanh-tra", "--name", "x", "--scopes", "read", "--agency", "H41.101")
    assert AccessToken.objects.get().agency == world.ward


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody", "--name", "x", "--scopes", "read"], "There is no active account “nobody”."),
        (["mot-cua", "--name", " ", "--scopes", "read"], "Give the token a name: what uses it, and where."),
        (
            ["mot-cua", "--name", "x", "--scopes", "all"],
            "Say what the token may be used for, out of: read, file, receive, process, money, letters, webhooks.",
        ),
        (
            ["mot-cua", "--name", "x", "--scopes", "read", "--agency", "H99"],
            "There is no agency with the identifier “H99”.",
        ),
        (
            ["mot-cua", "--name", "x", "--scopes", "read", "--agency", "H41"],
            "The agency of a token is the account's own or one below it.",
        ),
        (
            ["mot-cua", "--name", "x", "--scopes", "read", "--days", "0"],
            "A token is valid for 1 to 366 days.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(world, english, arguments, sentence):
    with pytest.raises(CommandError) as refusal:
        made(*arguments)
    assert str(refusal.value) == sentence
    assert not AccessToken.objects.exists()
