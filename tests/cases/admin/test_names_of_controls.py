"""Whoever hears a page, or works by keys, knows of each link and button what it is about."""

import pytest

from cases import services
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.admin.controls import confused, controls
from tests.cast import local

HOME = "/quan-tri/"
FEWEST_PAGES = 8


def pages_of(client) -> dict[str, str]:
    """The home page of somebody, and each page of ours that it leads to, by address."""
    pages = {HOME: client.get(HOME).content.decode()}
    for _name, (address, *_rest), _key in controls(pages[HOME]):
        address = address.partition("#")[0]
        if address.startswith(HOME) and address not in pages:
            response = client.get(address)
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                pages[address] = response.content.decode()
    return pages


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.OFFICER, Role.CLERK, Role.AUDITOR])
def test_no_two_controls_of_a_page_have_one_name_or_key_and_different_targets(demo, browser, role):
    pages = pages_of(browser(Staff.objects.filter(role=role, is_active=True).first()))
    assert len(pages) > FEWEST_PAGES
    assert {address: found for address, page in pages.items() if (found := confused(page))} == {}


def test_the_buttons_of_two_letters_are_told_apart_and_only_the_first_has_the_keys(world, clock, browser):
    dossiers = [world.processing() for _ in range(2)]
    clock.move_to("2026-11-11 09:00")
    for dossier in dossiers:
        services.issue_apology(
            dossier, by=world.head, reason="Máy hỏng", new_due_at=local("2026-11-20 17:00")
        )
    page = browser(world.supervisor).get("/quan-tri/xin-loi/").content.decode()
    found = [
        (name, key) for name, _target, key in controls(page) if "letter H41" in name or "sent H41" in name
    ]
    assert found == [
        (f"a print Print the letter {dossiers[0].code}", "p"),
        (f"button send Mark as sent {dossiers[0].code}", "m"),
        (f"a print Print the letter {dossiers[1].code}", ""),
        (f"button send Mark as sent {dossiers[1].code}", ""),
    ]


def test_what_stands_for_two_targets_is_found():
    """The finding itself: names, keys, forms by what they send; figures are named by the table."""
    page = """
        <a href="/a/">Open</a><a href="/b/">Open</a> <a href="/c/" data-key="p">One</a><a href="/d/" data-key="p">Two</a>
        <form action="/1/"><button>Accept</button></form><form action="/2/"><button>Accept</button></form>
        <form action="/1/"><button aria-label="Accept H41">Accept</button></form>
        <td><a href="/e/">12</a><a href="/f/">12</a></td>
    """
    assert set(confused(page)) == {"a Open", "key p", "button Accept"}
