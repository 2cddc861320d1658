"""Who comes into the back office, what the sidebar offers, and in which language."""

import pytest
from django.test import Client

from procedures.enums import STAFF_ROLES, Role
from tests.cast import PASSWORD

HOME = "/quan-tri/"


def links(response) -> list[str]:
    return [str(item["title"]) for group in response.context["sidebar_navigation"] for item in group["items"]]


COMMON = ["Procedures", "Calendar", "Provincial tariffs", "Electronic sources", "Ready reasons"]
KEEPING = [
    "Procedures",
    "Calendar",
    "Calendar changes",
    "Provincial tariffs",
    "Electronic sources",
    "Ready reasons",
]
SHEETS = "Sheets to post"
DOSSIERS = ["Filings to answer", "All dossiers", "Overdue"]
ASKED = "Questions to my agency"
BOOKS = ["Log books", "Registers"]
MINE = ["My lists", "My exports"]
LATE = ["Apologies", "What will be late"]
FIGURES = ["Scorecard", "Simulator", "Report of the month", "Ratings", "Work at the desk"]
LADDER = "Escalation ladder"
PLANS = "Reform plans"
DESK = [
    "Today",
    "Receive a dossier",
    "Receive a group",
    "Hand over results",
    "Queue numbers",
    *DOSSIERS,
    "Feedback",
    "Cash of the day",
    *BOOKS,
    *MINE,
    "Apologies",
    "Letters",
    "Messages",
    *COMMON,
    SHEETS,
    "Access tokens",
]
SIDEBARS = {
    Role.CLERK: DESK,
    Role.POSTAL_CLERK: DESK,
    Role.OFFICER: [
        "Today",
        "My queue",
        *DOSSIERS,
        ASKED,
        "Feedback",
        *MINE,
        *LATE,
        "Letters",
        *COMMON,
        "Access tokens",
    ],
    Role.SUPERVISOR: [
        "Today",
        "Queue numbers",
        *DOSSIERS,
        ASKED,
        "Demands with a ground",
        "Feedback",
        "Cash of the day",
        *BOOKS,
        *MINE,
        *LATE,
        "Spread the work",
        *FIGURES,
        LADDER,
        PLANS,
        "Letters",
        "Messages",
        *KEEPING,
        SHEETS,
        "Absences",
        "Secondments",
        "Access tokens",
        "Connections",
    ],
    Role.AUDITOR: [
        "Today",
        "Waiting times",
        *DOSSIERS,
        "Demands with a ground",
        "Feedback",
        "Cash of the day",
        *BOOKS,
        *MINE,
        *LATE,
        *FIGURES,
        LADDER,
        PLANS,
        "Letters",
        "Messages",
        *KEEPING,
        "Access to personal data",
        "Access tokens",
        "Connections",
        "Agencies",
        "Staff",
    ],
    Role.AGENCY_ADMIN: [
        "Today",
        "Queue numbers",
        "Registers",
        LADDER,
        PLANS,
        *KEEPING,
        SHEETS,
        "Absences",
        "Secondments",
        "Access tokens",
        "Webhooks",
        "Connections",
        "Agencies",
        "Staff",
    ],
    Role.SYSTEM_ADMIN: [
        "Today",
        LADDER,
        PLANS,
        "Messages",
        "Texts of notices",
        *KEEPING,
        SHEETS,
        "Late publications",
        "Secondments",
        "Access tokens",
        "Webhooks",
        "Connections",
        "Agencies",
        "Staff",
    ],
    Role.INTEGRATION: ["Today"],
}


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_sidebar_offers_what_the_role_may_open_and_all_of_it_opens(world, browser, role):
    world.clerk.role = role
    world.clerk.save()
    client = browser(world.clerk)
    response = client.get(HOME)
    assert links(response) == SIDEBARS[role]
    for group in response.context["sidebar_navigation"]:
        for item in group["items"]:
            assert (item["link"], client.get(item["link"]).status_code) == (item["link"], 200)


def test_what_a_configured_connection_adds_stands_beside_what_it_is_about(world, browser, settings):
    settings.PAYMENT_URL = settings.POPULATION_URL = "https://example.org"
    world.clerk.role = Role.AUDITOR
    world.clerk.save()
    found = links(browser(world.clerk).get(HOME))
    assert found[found.index("Cash of the day") + 1] == "Online payments"
    assert found[found.index("Access to personal data") + 1] == "Look-ups in the population database"


@pytest.mark.parametrize(
    ("role", "closed"),
    [
        (
            Role.AGENCY_ADMIN,
            ["cases/dossier/", "qua-han/", "tiep-nhan/", "notifications/letter/", "notifications/message/"],
        ),
        (Role.SYSTEM_ADMIN, ["cases/dossier/", "qua-han/", "tiep-nhan/", "notifications/letter/"]),
        (Role.CLERK, ["procedures/agency/", "procedures/staff/", "webhook/"]),
        (Role.OFFICER, ["procedures/agency/", "notifications/message/", "tiep-nhan/"]),
        (
            Role.INTEGRATION,
            [
                "cases/dossier/",
                "ma-truy-cap/",
                "webhook/",
                "procedures/procedureversion/",
                "procedures/staff/",
            ],
        ),
    ],
)
def test_what_the_sidebar_does_not_offer_is_closed(world, browser, role, closed):
    world.clerk.role = role
    world.clerk.save()
    client = browser(world.clerk)
    assert [client.get(HOME + path).status_code for path in closed] == [403] * len(closed)


def test_the_link_of_the_open_page_is_marked_and_no_other(world, browser):
    client = browser(world.clerk)
    for path, title in [
        ("", "Today"),
        ("cases/dossier/", "All dossiers"),
        ("cases/dossier/?answer=waiting", "Filings to answer"),
        ("qua-han/", "Overdue"),
        ("tiep-nhan/", "Receive a dossier"),
        ("tiep-nhan-nhom/mot-nguoi/", "Receive a group"),
        ("danh-sach/cot/", "My lists"),
        ("xuat-excel/", "My exports"),
    ]:
        groups = client.get(HOME + path).context["sidebar_navigation"]
        assert [str(i["title"]) for group in groups for i in group["items"] if i["active"]] == [title]


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_only_active_members_of_staff_come_in(world, change):
    for name, value in change.items():
        setattr(world.clerk, name, value)
    world.clerk.save()
    client = Client()
    response = client.post(HOME + "login/", {"username": "mot-cua", "password": PASSWORD})
    assert response.status_code == 200
    assert client.get(HOME)["Location"] == "/quan-tri/login/?next=/quan-tri/"


def test_signing_in_leads_to_the_first_page(world):
    response = Client().post(HOME + "login/", {"username": "mot-cua", "password": PASSWORD})
    assert response["Location"] == HOME


def test_a_superuser_sees_dossiers_and_may_do_nothing_with_them(world, browser):
    world.auditor.is_superuser = True
    world.auditor.role = ""
    world.auditor.agency = None
    world.auditor.save()
    dossier = world.digitized()
    client = browser(world.auditor)
    assert client.get(HOME).status_code == 200
    assert client.get(f"{HOME}cases/dossier/{dossier.pk}/change/").context["buttons"] == []


# --- Language -----------------------------------------------------------------------------------


def test_the_back_office_speaks_vietnamese_whatever_the_browser_says(world, browser, settings):
    settings.LANGUAGE_CODE = "vi"
    response = browser(world.clerk, headers={"accept-language": "en-US,en"}).get(HOME)
    assert '<html lang="vi"' in response.content.decode()
    assert Client(headers={"accept-language": "en"}).get(HOME + "login/")["Content-Language"] == "vi"


def test_the_switch_changes_the_language_and_comes_back_to_the_page(world, browser, settings):
    settings.LANGUAGE_CODE = "vi"
    client = browser(world.clerk)
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/quan-tri/qua-han/"})
    assert response["Location"] == "/quan-tri/qua-han/"
    assert '<html lang="en"' in client.get(HOME).content.decode()


@pytest.mark.parametrize("path", ["", "login/", "cases/dossier/", "tiep-nhan/", "password_change/"])
def test_every_page_has_the_switch(world, browser, path):
    client = Client() if path == "login/" else browser(world.clerk)
    page = client.get(HOME + path).content.decode()
    assert 'action="/i18n/setlang/"' in page
    assert [f'name="language" value="{code}"' in page for code in ("vi", "en")] == [True, True]


@pytest.mark.parametrize("path", ["", "login/", "cases/dossier/", "tiep-nhan/"])
def test_pages_are_not_blank_without_javascript(world, browser, path):
    client = Client() if path == "login/" else browser(world.clerk)
    assert "html[x-cloak] { display: block !important }" in client.get(HOME + path).content.decode()
