"""The first page: figures by role, each a link to its list, and whether the workers live."""

import pytest
from django.utils import timezone

from cases import services
from cases.models import Heartbeat
from notifications.models import Message
from procedures.enums import Role
from tests.cases.admin.conftest import text_of

HOME = "/quan-tri/"


def figures(response) -> dict[str, int]:
    return {str(figure.label): figure.count for figure in response.context["figures"]}


@pytest.fixture
def busy(world, clock):
    """One dossier in each place where something waits."""
    world.submit()
    world.processing()
    world.supplement()
    world.with_result()
    clock.move_to("2026-11-16 09:00")  # what was not finished is overdue
    world.receive()
    world.digitized()


def test_clerk_sees_what_waits_at_the_desk(world, browser, busy):
    assert figures(browser(world.clerk).get(HOME)) == {
        "Filings to answer": 1,
        "To be digitized": 1,
        "Ready to hand over": 1,
        "Waiting for supplement": 1,
        "Received today": 2,
        "Overdue now": 1,
        "Due today": 0,
        "Due on the next working day": 0,
        "Messages given up": 0,
    }


def test_officer_sees_the_own_queue(world, browser, busy):
    found = figures(browser(world.officer).get(HOME))
    assert (found["My queue"], found["To be taken over"], found["Overdue now"]) == (2, 1, 1)
    assert "Messages given up" not in found


def test_supervisor_sees_what_is_overdue_and_which_letters_wait(world, browser, busy):
    services.sweep()
    Message.objects.filter(channel="sms").update(state="dead", last_error="gateway")
    found = figures(browser(world.supervisor).get(HOME))
    assert (found["Overdue now"], found["Letters waiting"]) == (1, 1)
    assert found["Messages given up"] > 0


def test_every_figure_is_a_link_to_exactly_what_it_counts(world, browser, busy):
    services.sweep()
    client = browser(world.clerk)
    for figure in client.get(HOME).context["figures"]:
        page = client.get(figure.link)
        listed = (
            page.context["cl"].result_count if "cl" in page.context else page.context["page"].paginator.count
        )
        assert (figure.label, listed) == (figure.label, figure.count)


def test_people_of_other_agencies_count_nothing(world, browser, busy):
    assert set(figures(browser(world.outsider_clerk).get(HOME)).values()) == {0}


def test_an_agency_administrator_has_no_dossiers_on_the_page(world, browser, busy):
    world.clerk.role = Role.AGENCY_ADMIN
    world.clerk.save()
    response = browser(world.clerk).get(HOME)
    assert (figures(response), response.context["due_first"]) == ({}, [])


def test_due_first_lists_an_officers_own_dossiers_and_a_supervisors_all(world, browser, busy):
    own = browser(world.officer).get(HOME).context["due_first"]
    all_of_them = browser(world.supervisor).get(HOME).context["due_first"]
    assert (len(own), len(all_of_them)) == (1, 3)


def test_page_warns_when_no_worker_has_shown_itself(world, browser):
    assert "No worker has shown itself yet" in text_of(browser(world.clerk).get(HOME))


def test_page_warns_of_workers_that_fell_silent(world, browser, clock, settings):
    Heartbeat.objects.create(name="worker", at=timezone.now())
    clock.move_to("2026-11-09 09:05")
    assert "silent" not in text_of(browser(world.clerk).get(HOME))
    clock.move_to("2026-11-09 09:06")
    assert "silent since 09/11/2026 09:00" in text_of(browser(world.clerk).get(HOME))


def test_supervisors_see_when_the_workers_were_last_alive(world, browser):
    Heartbeat.objects.create(name="worker", at=timezone.now())
    sentence = "The workers last showed themselves at 09/11/2026 09:00."
    assert sentence in text_of(browser(world.supervisor).get(HOME))
    assert sentence not in text_of(browser(world.clerk).get(HOME))
