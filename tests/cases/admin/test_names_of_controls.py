"""Whoever hears a page, or works by keys, knows of each link and button what it is about."""

import os

import pytest
from django.urls import reverse

from cases import services
from procedures.enums import Role
from procedures.models import Staff
from tests.cases.admin.conftest import page_of
from tests.cases.admin.controls import confused, controls
from tests.cases.desk_queue import queue
from tests.cast import local, pdf, upload

__all__ = ["queue"]

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


def test_no_two_controls_of_a_page_have_one_name_or_key_and_different_targets(demo, browser):
    """One demonstration for all four: to build it takes longer than to read their pages."""
    unclear = {}
    for role in (Role.SUPERVISOR, Role.OFFICER, Role.CLERK, Role.AUDITOR):
        pages = pages_of(browser(Staff.objects.filter(role=role, is_active=True).first()))
        assert len(pages) > FEWEST_PAGES
        unclear |= {(role, address): found for address, page in pages.items() if (found := confused(page))}
    assert unclear == {}


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


def heard(page: str, word: str) -> list[str]:
    return [name for name, _target, _key in controls(page) if word in name]


@pytest.fixture
def two_alike(world):
    """A dossier in process with two files of one name at a paper, and two questions to other agencies."""
    dossier = world.processing()
    paper = dossier.components.first()
    for pages in (1, 2):
        services.add_document(dossier, upload("quet.pdf", pdf(pages)), by=world.officer, component=paper)
    for question in ("Nơi cư trú?", "Nơi sinh?"):
        services.consult(
            dossier,
            by=world.officer,
            agency=world.other_ward,
            question=question,
            due_at=local("2026-11-11 17:00"),
        )
    return dossier


def test_files_and_questions_of_a_dossier_are_told_apart(world, browser, two_alike):
    page = browser(world.officer).get(page_of(two_alike)).content.decode()
    assert confused(page) == {}
    paper = two_alike.components.first().component.name
    assert heard(page, "a quet.pdf") == [f"a quet.pdf {paper} {number}" for number in (2, 3)]
    agency = world.other_ward.name
    assert heard(page, "Enter the answer") == [
        f"a Enter the answer {agency} – Nơi cư trú?",
        f"a Enter the answer {agency} – Nơi sinh?",
    ]


def test_what_can_be_done_with_files_says_with_which(world, browser, settings, tmp_path):
    settings.SCANNER_FOLDER = str(tmp_path)
    for name in ("a.pdf", "b.pdf"):
        waiting = tmp_path / world.ward.identifier / name
        waiting.parent.mkdir(exist_ok=True)
        waiting.write_bytes(pdf())
        os.utime(waiting, (local("2026-11-09 08:00").timestamp(),) * 2)
    dossier = world.receive()
    paper = dossier.components.first()
    for pages in (1, 2):
        services.add_document(dossier, upload("quet.pdf", pdf(pages)), by=world.clerk, component=paper)
    page = browser(world.clerk).get(reverse("admin:scans", args=[dossier.pk])).content.decode()
    assert confused(page) == {}
    name = paper.component.name
    papers = [item.component.name for item in dossier.components.all()]
    assert heard(page, "Store") == [f"button Store {one}" for one in (*papers, "Other papers")]
    assert heard(page, "button Take ") == [
        f"button Take the scan out quet.pdf {name} 1",
        f"button Take the scan out quet.pdf {name} 2",
        "button Take a.pdf",
        "button Take b.pdf",
    ]
    assert heard(page, "Turn left:") == [f"button Turn left: quet.pdf {name} {number}" for number in (1, 2)]


def test_each_link_of_a_screen_is_copied_by_its_name(queue, browser):
    page = browser(queue.clerk).get("/quan-tri/goi-so/man-hinh/")
    names = [str(name) for name, _link in page.context["links"]]
    assert heard(page.content.decode(), "Copy") == [f"button Copy {name}" for name in names]
    assert heard(page.content.decode(), "a Open") == [f"a Open {name}" for name in names]


def test_what_stands_for_two_targets_is_found():
    """The finding itself: names, keys, forms by what they send; figures are named by the table."""
    page = """
        <a href="/a/">Open</a><a href="/b/">Open</a> <a href="/c/" data-key="p">One</a><a href="/d/" data-key="p">Two</a>
        <form action="/1/"><button>Accept</button></form><form action="/2/"><button>Accept</button></form>
        <form action="/1/"><button aria-label="Accept H41">Accept</button></form>
        <td><a href="/e/">12</a><a href="/f/">12</a></td>
    """
    assert set(confused(page)) == {"a Open", "key p", "button Accept"}
