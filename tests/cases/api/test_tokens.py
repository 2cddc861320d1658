"""Access tokens: hashed, with an end, for a purpose and an agency; the role still decides."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st

from cases.api.views.base import StaffView, WriteView
from cases.models import AccessToken
from cases.scopes import Scope
from cases.services import tokens
from cases.services.tokens import make_token
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.api.conftest import client_of, receive, reception, refused, token_client


def make_person(username, agency, role, **more) -> Staff:
    return Staff.objects.create(username=username, full_name=username, agency=agency, role=role, **more)


def test_a_token_opens_for_its_account(world):
    client = token_client(world.clerk, ["read", "receive"])
    me = client.get("me/").json()
    assert me["username"] == "mot-cua"
    assert me["token"] == {
        "name": "Chương trình thử",
        "scopes": ["read", "receive"],
        "agency": None,
        "expires_at": "2026-12-09T09:00:00+07:00",
    }


def test_the_text_of_a_token_is_nowhere_in_the_database(world):
    text = token_client(world.clerk).text
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM cases_accesstoken t")
        ((row,),) = cursor.fetchall()
    assert text not in row


def test_a_token_that_is_over_opens_nothing_and_stays_in_the_list(world, clock):
    client = token_client(world.clerk, days=1)
    clock.move_to("2026-11-10 08:59")
    assert client.get("me/").status_code == 200
    clock.move_to("2026-11-10 09:00")
    refused(client.get("me/"), 401, "authentication_failed")
    assert AccessToken.objects.count() == 1


def test_a_revoked_token_opens_nothing(world):
    client = token_client(world.clerk)
    tokens.revoke_token(client.token, by=world.clerk)
    refused(client.get("me/"), 401, "authentication_failed")


def test_the_token_of_an_account_that_is_switched_off_opens_nothing(world):
    client = token_client(world.clerk)
    Staff.objects.filter(pk=world.clerk.pk).update(is_active=False)
    refused(client.get("me/"), 401, "authentication_failed")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ***", "Bearer a b", "Bearer 00", "Bearer " + "0" * 64])
def test_a_broken_token_is_refused(world, anybody, header):
    refused(anybody.get("me/", headers={"Authorization": header}), 401, "authentication_failed")


@pytest.mark.parametrize("header", ["Basic bW90LWN1YTp4", "Token 00", "Digest x"])
def test_there_is_no_other_way_to_sign_in(world, anybody, header):
    refused(anybody.get("me/", headers={"Authorization": header}), 401, "not_authenticated")


@pytest.mark.django_db
@given(text=st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=80))
def test_no_text_in_the_header_breaks_anything(text):
    header = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    assert client_of().get("me/", **header).status_code == 401


def test_when_it_was_used_is_noted_to_some_minutes(world, clock):
    client = token_client(world.clerk)

    def used() -> str:
        client.get("me/")
        return f"{AccessToken.objects.get().last_used_at:%H:%M}"

    assert used() == "02:00"
    clock.move_to("2026-11-09 09:04")
    assert used() == "02:00"
    clock.move_to("2026-11-09 09:05")
    assert used() == "02:05"


# --- Purpose ----------------------------------------------------------------------------------


def test_a_token_for_reading_changes_nothing(world):
    client = token_client(world.clerk, ["read"])
    dossier = world.receive()
    assert client.get("dossiers/").status_code == 200
    problem = refused(receive(client, reception(world)), 403, "scope_missing")
    assert problem["detail"] == "This access token may not be used for “receive”. Use one with that scope."
    refused(client.post(f"dossiers/{dossier.code}/withdraw/", {"reason": "x"}), 403, "scope_missing")


def test_a_token_for_money_reads_no_list(world):
    client = token_client(world.clerk, ["money"])
    dossier = world.receive(world.paid)
    refused(client.get("dossiers/"), 403, "scope_missing")
    assert client.post(f"dossiers/{dossier.code}/pay/", {"amount": 15000}).status_code == 200


def test_the_role_decides_whatever_the_token_is_for(world):
    dossier = world.digitized()
    client = token_client(world.clerk)
    refused(client.post(f"dossiers/{dossier.code}/start/"), 403, "not_permitted")


def views_of_staff():
    def walk(patterns):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns)
            elif issubclass(getattr(pattern.callback, "cls", object), StaffView):
                yield pattern.name, pattern.callback.cls(**pattern.callback.initkwargs)

    return dict(walk(get_resolver("cases.api.urls").url_patterns))


def test_every_address_that_writes_names_its_scope():
    """A new one without would be open to every token."""

    class Request:
        method = "POST"

    found = {}
    for name, view in views_of_staff().items():
        view.request = Request()
        found[name] = view.needed_scope()
        if isinstance(view, WriteView):
            assert found[name] in set(Scope) - {Scope.READ}, name
    assert {name for name, scope in found.items() if scope is None} == {"me"}


# --- Agency -----------------------------------------------------------------------------------


def test_a_token_sees_its_agency_and_no_other(world):
    mine = world.receive()
    theirs = world.receive(desk=world.other_ward, by=world.outsider_clerk)
    wide = token_client(world.auditor, ["read"])
    narrow = token_client(world.auditor, ["read"], agency=world.ward)

    def seen(client) -> set:
        return {row["code"] for row in client.get("dossiers/").json()["results"]}

    assert (seen(wide), seen(narrow)) == ({mine.code, theirs.code}, {mine.code})
    assert narrow.get(f"dossiers/{mine.code}/").status_code == 200
    refused(narrow.get(f"dossiers/{theirs.code}/"), 404, "not_found")


def test_a_token_receives_nothing_outside_its_agency(world):
    clerk = make_person("mot-cua-cap-tinh", world.province, Role.CLERK)
    client = token_client(clerk, agency=world.other_ward)
    problem = refused(receive(client, reception(world)), 403, "out_of_reach")
    assert problem["detail"] == "This access token is for H41.102 and does not reach H41.101."
    assert receive(client, reception(world, desk="H41.102")).status_code == 201


def test_a_token_reaches_no_further_than_its_account(world):
    with pytest.raises(tokens.Invalid) as refusal:
        make_token(world.clerk, by=world.clerk, name="x", scopes=["read"], agency=world.province)
    assert refusal.value.field == "agency"


def test_an_account_that_moves_takes_its_token_along(world):
    """The token of a ward shows nothing to somebody who works in another one now."""
    dossier = world.receive()
    client = token_client(world.clerk, agency=world.ward)
    Staff.objects.filter(pk=world.clerk.pk).update(agency=world.other_ward)
    refused(client.get(f"dossiers/{dossier.code}/"), 404, "not_found")


# --- Made and revoked -------------------------------------------------------------------------


@pytest.fixture
def portal(world):
    return make_person("cong-dich-vu", world.ward, Role.INTEGRATION)


@pytest.fixture
def keeper(world):
    return make_person("quan-tri-phuong", world.ward, Role.AGENCY_ADMIN)


def refusal_of(account, by) -> str:
    try:
        make_token(account, by=by, name="x", scopes=["read"])
    except tokens.NotPermitted as error:
        return error.code
    return ""


def test_who_may_make_a_token_for_whom(world, portal, keeper):
    system = make_person("quan-tri", None, Role.SYSTEM_ADMIN)
    elsewhere = make_person("quan-tri-xa", world.other_ward, Role.AGENCY_ADMIN)
    assert refusal_of(world.clerk, world.clerk) == ""
    assert refusal_of(portal, keeper) == ""
    assert refusal_of(portal, system) == ""
    assert refusal_of(portal, elsewhere) == "not_permitted"
    assert refusal_of(portal, world.head) == "not_permitted"
    # What it does would be signed with the colleague's name.
    assert refusal_of(world.clerk, keeper) == "not_permitted"
    assert refusal_of(world.clerk, system) == "not_permitted"


def test_who_may_revoke_a_token(world, keeper):
    token = token_client(world.clerk).token
    for somebody in (world.officer, world.outsider_head):
        with pytest.raises(tokens.NotPermitted):
            tokens.revoke_token(token, by=somebody)
    tokens.revoke_token(token, by=keeper)
    token.refresh_from_db()
    assert token.is_valid is False


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["all"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(world, wrong, field):
    with pytest.raises(tokens.Invalid) as refusal:
        make_token(world.clerk, by=world.clerk, **{"name": "x", "scopes": ["read"], **wrong})
    assert refusal.value.field == field
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("nonsense", [{"expiry": None}, {"scopes": []}, {"scopes": ["all"]}, {"name": ""}])
def test_the_database_refuses_a_token_without_end_purpose_or_name(world, nonsense):
    token = token_client(world.clerk).token
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessToken.objects.filter(pk=token.pk).update(**nonsense)


def test_who_had_access_is_told_for_a_year(world, clock):
    token_client(world.clerk, days=1)
    clock.move_to("2027-11-11 09:00")
    assert tokens.forget_old_tokens() == 0
    clock.move_to("2027-11-11 09:01")
    assert tokens.forget_old_tokens() == 1
