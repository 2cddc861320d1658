"""Citizens sign in at a real OpenID Connect provider; whoever was not sent by it stays outside."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cases.models import Applicant, CitizenAccount
from cases.services.accounts import applicant_of, identity_from
from cases.services.applicants import ApplicantFacts, find_or_add
from onestop import access
from procedures.enums import Role
from procedures.models import Staff
from tests.citizens import begin, choose, provider, sign_in

__all__ = ["provider"]


@pytest.fixture
def citizen(world, provider, client):
    sign_in(client)
    return client


@pytest.fixture
def system_admin(world) -> Staff:
    return Staff.objects.create_user(
        "quan-tri", full_name="Quản Trị", role=Role.SYSTEM_ADMIN, agency=world.province, is_staff=True
    )


def user_of(client) -> Staff:
    return get_user(client)


# --- The way in -----------------------------------------------------------------------------------


def test_sign_in_page_says_so_when_no_provider_is_connected(world, client):
    page = client.get("/dang-nhap/")
    assert page.status_code == 200
    assert "chưa được kết nối" in page.content.decode() or "not connected" in page.content.decode()
    assert client.post("/dang-nhap/").status_code == 503
    assert client.get("/dang-nhap/tra-loi/?code=x&state=y")["Location"] == "/dang-nhap/"


def test_request_to_the_provider_carries_state_nonce_and_challenge(world, provider, client):
    asked = {name: texts[0] for name, texts in parse_qs(urlsplit(begin(client)).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/dang-nhap/tra-loi/"
    assert len(asked["state"]) >= 16 and len(asked["nonce"]) >= 24
    assert set(asked["scope"].split()) == {"openid", "profile", "email", "phone", "address"}


def test_first_sign_in_opens_an_account_with_its_applicant(world, provider, client):
    answer = sign_in(client, "vi-du", "/tra-cuu/")
    assert (answer.status_code, answer["Location"]) == (302, "/tra-cuu/")
    user = user_of(client)
    applicant = applicant_of(user)
    assert (user.role, user.is_staff, user.agency, user.has_usable_password()) == (
        Role.CITIZEN,
        False,
        None,
        False,
    )
    assert re.fullmatch(r"citizen-[0-9a-f]{32}", user.username)
    assert (applicant.full_name, applicant.id_number, applicant.phone, applicant.email) == (
        "Nguyễn Thị Ví Dụ",
        "040199000001",
        "0900000101",
        "vi.du@congdan.example",
    )
    assert applicant.address == "Xóm Ví Dụ, tỉnh Nghệ An"


def test_the_level_of_identification_is_that_of_the_last_sign_in(world, provider, client):
    def level(**claims) -> str:
        provider.people["vi-du"].update(claims)
        sign_in(client)
        return CitizenAccount.objects.get().level

    assert [level(), level(acr="loa1"), level(acr="loa9"), level(acr="2")] == ["2", "1", "", "2"]
    assert applicant_of(user_of(client)).id_number == "040199000001"


def test_nothing_of_the_provider_is_kept_but_the_subject(citizen):
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid, account.extra_data) == ("citizen", "vi-du", {})
    assert SocialToken.objects.count() == 0
    assert user_of(citizen).email == ""


def test_second_sign_in_is_the_same_account(citizen, provider):
    again = Client()
    sign_in(again)
    assert user_of(again) == user_of(citizen)
    assert (Staff.objects.filter(role=Role.CITIZEN).count(), CitizenAccount.objects.count()) == (1, 1)


def test_known_applicant_is_found_by_the_verified_number(world, provider, client):
    known = find_or_add(
        ApplicantFacts("NGUYỄN THỊ VÍ DỤ", id_number="040199000001", phone="0911111111"), seen=True
    )
    sign_in(client)
    found = applicant_of(user_of(client))
    assert (found.pk, found.phone) == (known.pk, "0900000101")


def test_number_known_with_another_name_opens_nobodys_papers(world, provider, client):
    find_or_add(ApplicantFacts("Phạm Thị Người Khác", id_number="040199000001"), seen=True)
    sign_in(client)
    assert applicant_of(user_of(client)) is None


def test_account_without_a_number_is_nobody_until_the_provider_knows_it(world, provider, client):
    sign_in(client, "chua-dinh-danh")
    assert applicant_of(user_of(client)) is None
    provider.people["chua-dinh-danh"]["id_number"] = "040199000009"
    sign_in(client, "chua-dinh-danh")
    assert applicant_of(user_of(client)).id_number == "040199000009"


def test_later_sign_in_changes_nothing_of_the_applicant(citizen, provider):
    Applicant.objects.update(phone="0922222222")
    sign_in(Client())
    assert applicant_of(user_of(citizen)).phone == "0922222222"


def test_staff_who_sign_in_as_citizens_are_staff_no_longer(world, provider, client):
    client.force_login(world.clerk)
    sign_in(client)
    assert user_of(client).role == Role.CITIZEN


def test_closed_account_stays_outside(citizen, provider):
    Staff.objects.filter(role=Role.CITIZEN).update(is_active=False)
    other = Client()
    assert sign_in(other).status_code == 403
    assert not user_of(other).is_authenticated


def test_sign_out_is_a_post(citizen):
    assert citizen.get("/dang-xuat/").status_code == 405
    assert citizen.post("/dang-xuat/").status_code == 302
    assert not user_of(citizen).is_authenticated


def test_no_link_signs_anybody_in(world, provider):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/dang-nhap/").status_code == 403


# --- What a stranger may try ----------------------------------------------------------------------


def test_wrong_state_is_refused(world, provider, client):
    back = choose(begin(client), "vi-du")
    answer = client.get(re.sub(r"state=[^&]+", "state=" + "x" * 16, back))
    assert answer.status_code == 403
    assert not user_of(client).is_authenticated


def test_answer_of_another_browser_is_refused(world, provider, client):
    """Somebody sends the victim the end of their own sign-in."""
    back = choose(begin(Client()), "thu")
    assert client.get(back).status_code == 403
    assert not user_of(client).is_authenticated


def test_code_works_once(world, provider, client):
    back = choose(begin(client), "vi-du")
    assert client.get(back).status_code == 302
    client.logout()
    assert client.get(back).status_code == 403
    code = parse_qs(urlsplit(back).query)["code"][0]
    fresh = parse_qs(urlsplit(begin(client)).query)["state"][0]
    again = client.get(f"/dang-nhap/tra-loi/?{urlencode({'code': code, 'state': fresh})}")
    assert again.status_code == 403
    assert not user_of(client).is_authenticated


def test_stolen_code_is_useless_without_its_verifier(world, provider, client):
    """PKCE: the code of one browser in the session of another."""
    code = parse_qs(urlsplit(choose(begin(Client()), "vi-du")).query)["code"][0]
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    assert client.get(f"/dang-nhap/tra-loi/?{urlencode({'code': code, 'state': state})}").status_code == 403


def other_token(provider, **changes) -> str:
    return lambda person, nonce: jwt.encode(
        {
            **jwt.decode(
                type(provider).id_token(provider, person, nonce), options={"verify_signature": False}
            ),
            **changes,
        },
        provider.key,
        algorithm="RS256",
        headers={"kid": "1"},
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"aud": "another-client"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1},
        {"sub": "thu"},
        {"nonce": None},
    ],
    ids=["nonce", "audience", "issuer", "expired", "another subject than userinfo", "no nonce"],
)
def test_id_token_that_is_not_for_this_request_is_refused(world, provider, client, changes):
    provider.id_token = other_token(provider, **changes)
    assert sign_in(client).status_code == 403
    assert not user_of(client).is_authenticated
    assert Staff.objects.filter(role=Role.CITIZEN).count() == 0


def test_signature_is_checked(world, provider, client):
    wanted = provider.jwks()
    provider.jwks = lambda: wanted
    provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert sign_in(client).status_code == 403
    assert not user_of(client).is_authenticated


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_signature_is_made_with_a_key_pair(world, provider, client, algorithm):
    def signed(person, nonce):
        claims = jwt.decode(
            type(provider).id_token(provider, person, nonce), options={"verify_signature": False}
        )
        return jwt.encode(
            claims, None if algorithm == "none" else "x" * 40, algorithm=algorithm, headers={"kid": "1"}
        )

    provider.id_token = signed
    assert sign_in(client).status_code == 403


@pytest.mark.parametrize(
    "wanted",
    [
        "https://xau.example/",
        "//xau.example/",
        "/\\xau.example",
        "http:xau.example",
        "javascript:alert(1)",
        "",
        "tra-cuu/",
    ],
)
def test_nobody_is_led_to_another_site(world, provider, client, wanted):
    assert sign_in(client, "vi-du", wanted)["Location"] == "/"
    assert client.get("/dang-nhap/", {"next": wanted})["Location"] == "/"


def test_provider_that_is_away_is_a_sentence(world, provider, client, settings):
    provider.discovery = lambda: {"issuer": "http://127.0.0.1:1"}
    assert client.post("/dang-nhap/").status_code == 503


def test_somebody_who_cancels_begins_again(world, provider, client):
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    answer = client.get(f"/dang-nhap/tra-loi/?error=access_denied&state={state}")
    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap/")


# --- What a citizen is not ------------------------------------------------------------------------


def test_citizen_gets_nothing_of_the_offices(citizen, world):
    world.receive(world.paid)
    assert citizen.get("/quan-tri/").status_code == 302
    for path in ("/api/v1/dossiers/", "/api/v1/me/"):
        assert citizen.get(path).status_code == 403
    user = user_of(citizen)
    predicates = [
        test
        for name, test in vars(access).items()
        if callable(test) and getattr(test, "__module__", "") == "onestop.access"
    ]
    asked = [test.__name__ for test in predicates if test.__code__.co_argcount == 1]
    assert "everybody" in asked
    assert [name for name in asked if name not in {"agencies_of"} and getattr(access, name)(user)] == []
    assert list(access.agencies_of(user)) == []


def test_nobody_makes_staff_of_a_citizen(citizen, world, system_admin):
    user = user_of(citizen)
    assert Role.CITIZEN not in access.roles_to_give(system_admin)
    assert not access.may_keep_person(system_admin, user)
    for change in ({"agency": world.ward}, {"is_staff": True}, {"is_superuser": True}):
        with pytest.raises(IntegrityError, match="citizen_holds_no_office"), transaction.atomic():
            Staff.objects.filter(pk=user.pk).update(**change)


def test_list_of_staff_has_no_citizens(citizen, system_admin):
    office = Client()
    office.force_login(system_admin)
    page = office.get("/quan-tri/procedures/staff/").content.decode()
    assert "mot-cua" in page and user_of(citizen).username not in page


@pytest.mark.parametrize(
    "path", ["account/emailaddress", "socialaccount/socialaccount", "socialaccount/socialapp"]
)
def test_tables_of_allauth_are_not_in_the_back_office(system_admin, client, path):
    client.force_login(system_admin)
    assert client.get(f"/quan-tri/{path}/").status_code == 404


# --- Claims ---------------------------------------------------------------------------------------


def test_claims_are_found_by_their_configured_names():
    names = {"name": "ho_ten", "id_number": "giay_to.so", "phone": "sdt"}
    claims = {"ho_ten": " Trần Văn Thử ", "giay_to": {"so": "040099000002"}, "sdt": ["0900"]}
    found = identity_from(claims, names)
    assert (found.full_name, found.id_number, found.phone) == ("Trần Văn Thử", "040099000002", "")


def test_claims_that_the_provider_has_not_verified_are_left_out():
    names = {"name": "name", "phone": "phone_number", "email": "email"}
    claims = {
        "name": "A",
        "phone_number": "0900000101",
        "phone_number_verified": False,
        "email": "a@congdan.example",
        "email_verified": True,
    }
    found = identity_from(claims, names)
    assert (found.phone, found.email) == ("", "a@congdan.example")


# --- The provider itself --------------------------------------------------------------------------


def test_provider_refuses_other_clients_and_addresses(world, provider, client):
    address = begin(client)
    stranger = address.replace("testserver", "xau.example")
    assert httpx.get(stranger).status_code == 400
    assert httpx.get(address.replace("S256", "plain")).status_code == 400
    assert httpx.post(f"{provider.issuer}/token", data={"client_id": "x"}).status_code == 401
    assert httpx.get(f"{provider.issuer}/userinfo").status_code == 401
    assert httpx.get(address).status_code == 200


@given(
    st.dictionaries(
        st.sampled_from(["name", "id_number", "phone_number", "email", "address", "email_verified"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=9)
        | st.just(["0900000101"])
        | st.dictionaries(st.just("formatted"), st.just("Xóm Ví Dụ") | st.none()),
    )
)
def test_any_claims_are_texts_in_the_end(claims):
    names = {
        "name": "name",
        "id_number": "id_number",
        "phone": "phone_number",
        "address": "address.formatted",
    }
    found = identity_from(claims, names)
    assert all(
        isinstance(text, str) for text in (found.full_name, found.id_number, found.phone, found.address)
    )
