"""The first page: figures by role, each a link to its list, and whether the workers live."""

import html
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import services
from cases.admin.home_figures import Figure
from cases.models import Dossier, Heartbeat, QueueService
from cases.services.drafts import keep_draft
from cases.services.tickets import take_ticket
from notifications.models import Message
from procedures.enums import Role
from procedures.models import Secondment
from tests.cases.admin.conftest import text_of
from tests.cases.helpers import make_person

HOME = "/quan-tri/"


def text_in(fragment) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", str(fragment))).split())


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
        "Waiting with a number": 0,
        "To be digitized": 1,
        "Lying at the desk too long": 0,
        "Ready to hand over": 1,
        "Waiting for supplement": 1,
        "Received today": 2,
        "My drafts": 0,
        "Payments to report": 0,
        "Overdue now": 1,
        "Messages given up": 0,
    }


def test_the_posts_clerk_sees_the_same_as_the_desks_own(world, browser, busy):
    post = make_person("buu-dien", world.ward, Role.POSTAL_CLERK, is_staff=True)
    assert figures(browser(post).get(HOME)) == figures(browser(world.clerk).get(HOME))


def test_a_clerk_counts_only_the_own_desk(world, browser):
    world.receive(desk=world.centre, by=world.centre_clerk, competent_agency=world.ward)
    assert figures(browser(world.clerk).get(HOME))["To be digitized"] == 0
    assert figures(browser(world.centre_clerk).get(HOME))["To be digitized"] == 1


def test_somebody_seconded_sees_the_figures_of_the_new_desk(world, browser, busy):
    Secondment.objects.create(
        staff=world.clerk,
        agency=world.other_ward,
        first=date(2026, 11, 16),
        last=date(2027, 5, 15),
        decision="12/QĐ-UBND",
        recorded_by=world.head,
        recorded_at=timezone.now(),
    )
    page = browser(world.clerk).get(HOME)
    assert set(figures(page).values()) == {0}
    assert "UBND xã Ví Dụ" in text_of(page)
    assert "UBND phường Thử Nghiệm" not in text_of(page)


def test_a_clerk_sees_how_long_each_filing_may_still_wait(world, browser, clock):
    clock.move_to("2026-11-09 08:00")
    world.submit()  # filed on paper: somebody waits
    clock.move_to("2026-11-10 16:00")
    world.submit(world.paid, channel="online")  # due in 8 working hours
    client = browser(world.clerk)

    def rows():
        return [text_in(row["left"]) for row in client.get(HOME).context["answer_next"]]

    assert rows()[-1] == "8 h 00 min left"
    clock.move_to("2026-11-11 14:15")
    assert rows()[-1] == "1 h 45 min left"
    clock.move_to("2026-11-11 16:30")
    assert rows()[-1] == "0 h 30 min late"


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


LISTED = {
    "Waiting with a number": lambda page: sum(len(line["waiting_now"]) for line in page.context["lines"]),
    "Payments to report": lambda page: sum(len(desk.rows) for desk in page.context["open"]),
    "My drafts": lambda page: len(page.context["drafts"]),
    "Without a substitute": lambda page: len(page.context["alone"]),
    "Overdue now": lambda page: page.context["total"],
    "Questions to my agency": lambda page: page.context["page"].paginator.count,
    "Late without an apology": lambda page: page.context["page"].paginator.count,
    "Apologies that must go out today": lambda page: page.context["page"].paginator.count,
}


@pytest.mark.parametrize("who", ["clerk", "officer", "supervisor", "head", "auditor", "centre_clerk"])
def test_every_figure_is_a_link_to_exactly_what_it_counts(world, browser, busy, who):
    services.sweep()
    services.clarify(world.digitized(), by=world.officer, question="Ngày sinh?", ground="Điều 9")
    away = world.processing()
    services.consult(away, by=world.officer, agency=world.centre, question="Ý kiến?", working_hours=8)
    world.second_officer.is_active = False
    world.second_officer.save()
    Dossier.objects.filter(pk=away.pk).update(holder=world.second_officer)
    owed = world.receive(world.paid)
    services.pay(owed, amount=15_000, method="cash", by=world.clerk)
    keep_draft("a1", world.free, {}, by=world.clerk)
    service = QueueService.objects.create(desk=world.ward, letter="A", name_vi="Hộ tịch")
    take_ticket(service)
    client = browser(getattr(world, who))
    found = client.get(HOME).context["figures"]
    listed = {}
    for figure in found:
        page = client.get(figure.link)
        of_the_page = LISTED.get(str(figure.label), lambda page: page.context["cl"].result_count)
        listed[str(figure.label)] = of_the_page(page)
    assert listed == {str(figure.label): figure.count for figure in found}


def test_a_figure_counts_no_further_than_anybody_reads():
    assert (Figure("", 1000, "").shown, Figure("", 1001, "").shown) == ("1000", "1.000+")


@pytest.mark.parametrize("who", ["clerk", "officer", "supervisor"])
def test_the_page_costs_the_same_with_more_dossiers(world, browser, busy, who):
    client = browser(getattr(world, who))
    client.get(HOME)
    with CaptureQueriesContext(connection) as few:
        client.get(HOME)
    for _ in range(3):
        world.submit()
        world.submit(world.paid, channel="online")
        world.processing()
    with CaptureQueriesContext(connection) as many:
        client.get(HOME)
    assert len(many) == len(few)


def test_people_of_other_agencies_count_nothing(world, browser, busy):
    assert set(figures(browser(world.outsider_clerk).get(HOME)).values()) == {0}


def test_an_agency_administrator_has_no_dossiers_on_the_page(world, browser, busy):
    world.clerk.role = Role.AGENCY_ADMIN
    world.clerk.save()
    response = browser(world.clerk).get(HOME)
    assert (figures(response), response.context["due_first"]) == ({"Without a substitute": 2}, [])


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
