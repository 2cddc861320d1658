"""The morning screen on the demonstration: each figure is a count one by one, and opens a list of that length."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import deadlines
from cases.ages import AGES
from cases.enums import RUNNING_STATES, State
from cases.models import Dossier, Supplement
from cases.services.rollups import keep_rollups
from notifications.enums import LetterKind, LetterState, MessageState
from notifications.models import Letter, Message
from procedures.calendars import calendar_for
from procedures.enums import Channel, Role
from procedures.models import Agency, Staff
from procedures.working_time import minute_of
from tests.cases.admin.conftest import MORNING as NOW

HOME = "/quan-tri/"


def day_of(moment) -> date:
    return timezone.localdate(moment)


def is_for_today(dossier) -> bool:
    """The last moment for its apology lies today and still ahead, and no other may have been sent before."""
    calendar = calendar_for(dossier.competent_agency)
    by = deadlines.apology_by(dossier.due_at, dossier.clock_started_at, calendar)
    return not dossier.reschedules.exists() and day_of(by) == day_of(NOW) and by >= NOW


def brute_force(user) -> dict[str, int]:
    """Every figure, counted one by one in Python over everything there is."""
    units = set(Agency.objects.below(user.workplace))
    mine = [
        one
        for one in Dossier.objects.select_related("receiving_desk", "competent_agency", "holder__agency")
        if {one.receiving_desk, one.competent_agency} & units
    ]
    today, calendar = day_of(NOW), calendar_for(user.workplace)
    tomorrow = calendar.working_day_after(today, 1)
    running = [one for one in mine if one.state in RUNNING_STATES and one.finished_at is None]
    by_code = {one.code: one for one in mine if one.code}
    asked = set(Supplement.objects.filter(answered_at=None).values_list("dossier", flat=True))
    filings = [one for one in mine if one.state == State.SUBMITTED and one.pk not in asked]
    letters = [
        letter
        for letter in Letter.objects.all()
        if letter.reference in by_code or letter.reference in {str(one.uuid) for one in mine}
    ]
    waiting = [one for one in letters if one.state in {LetterState.DRAFT, LetterState.APPROVED}]
    return {
        "Overdue now": sum(one.due_at < NOW for one in running),
        "Late without an apology": sum(_is_breach(one) for one in running),
        "Due today": sum(one.due_at >= NOW and day_of(one.due_at) == today for one in running),
        "Due on the next working day": sum(day_of(one.due_at) == tomorrow for one in running),
        "Apologies that must go out today": sum(is_for_today(one) for one in running),
        "Drafts waiting for a reason": sum(
            letter.kind == LetterKind.APOLOGY and letter.state == LetterState.DRAFT and not letter.reason
            for letter in letters
        ),
        "Letters waiting": len(waiting),
        "Late transfers": sum(
            one.state == State.RECEIVED
            and one.transferred_at is None
            and one.channel != Channel.ONLINE
            and one.transfer_due_at is not None
            and one.transfer_due_at < NOW
            for one in mine
        ),
        "Filings to answer": len(filings),
        "Answers that are late": sum(bool(one.answer_due_at) and one.answer_due_at < NOW for one in filings),
        "Received today": sum(bool(one.received_at) and day_of(one.received_at) == today for one in mine),
        "Ready to hand over": sum(one.state == State.PAID for one in mine),
        "Messages given up": sum(
            message.state == MessageState.DEAD and message.reference in by_code
            for message in Message.objects.all()
        ),
    }


def _is_breach(dossier) -> bool:
    """Of some cycle: its due moment passed before the applicant was asked, or by now, or before the apology."""
    moved = {row.cycle: row for row in dossier.reschedules.all()}
    ends = {
        one.cycle: (one.due_at, one.asked_at) for one in dossier.supplements.all() if not one.before_reception
    }
    for cycle in range(1, dossier.cycle + 1):
        due_at, until = ends.get(cycle, (dossier.due_at, NOW))
        if minute_of(until) > minute_of(due_at):
            return True
        if cycle in moved and minute_of(moved[cycle].at) > minute_of(moved[cycle].old_due_at):
            return True
    return False


def length_of(client, figure) -> int:
    page = client.get(figure.link)
    if "xin-loi" in figure.link:
        return page.context["page"].paginator.count
    return page.context["total"] if "qua-han" in figure.link else page.context["cl"].result_count


def test_every_figure_of_the_demonstration_opens_what_it_counts(demo, browser):
    """One test, because it takes long to build a demonstration."""
    figures_are_counted_one_by_one(browser)
    charts_open_lists_of_that_length(browser)
    ages_are_counted_one_by_one(browser)


def figures_are_counted_one_by_one(browser):
    supervisors = Staff.objects.filter(role__in=[Role.SUPERVISOR, Role.AUDITOR], agency__isnull=False)
    assert len(supervisors) >= 4
    seen = dict.fromkeys(brute_force(supervisors[0]), 0)
    Message.objects.filter(pk__in=Message.objects.values("pk")[:5]).update(
        state=MessageState.DEAD, last_error="gateway"
    )
    for person in supervisors:
        client, expected = browser(person), brute_force(person)
        shown = {str(one.label): one for one in client.get(HOME).context["figures"]}
        for label, count in expected.items():
            assert (person.username, label, shown[label].count) == (person.username, label, count)
            assert (person.username, label, length_of(client, shown[label])) == (
                person.username,
                label,
                count,
            )
            seen[label] += count
    # Of most there was something, or nothing would have been tested.
    assert sum(bool(count) for count in seen.values()) >= 9, seen


def length_of_list(client, link: str) -> int:
    """What the list says of itself; where a roll-up says it, its rows are counted page by page."""
    page = client.get(link)
    if "cl" in page.context:
        return page.context["cl"].result_count
    if "total" in page.context:
        return page.context["total"]
    said, rows = page.context["counted"], len(page.context["rows"])
    while page.context["page"].after:
        page = client.get(f"{link}&after={page.context['page'].after}")
        rows += len(page.context["rows"])
    assert said == str(rows)
    return rows


def charts_open_lists_of_that_length(browser):
    person = Staff.objects.get(username="giamsat.thanhvinh")
    client = browser(person)
    course = client.get(HOME).context["course"]
    opened = 0
    for chart in [*course["charts"], course["load"]]:
        for row in chart.rows:
            for cell in row:
                if cell.link and cell.text.isdecimal():
                    shown = length_of_list(client, cell.link)
                    assert (chart.key, cell.link, shown) == (chart.key, cell.link, int(cell.text))
                    opened += bool(shown)
    for _agency, cells in course["heat_rows"]:
        for cell in cells:
            if cell.link:
                assert cell.hint.endswith(f"of {length_of_list(client, cell.link)} on time")
                opened += 1
    assert opened >= 10


def ages_are_counted_one_by_one(browser):
    person = Staff.objects.get(username="giamsat.thanhvinh")
    ages = browser(person).get(HOME).context["course"]["charts"][-1]
    today, units = day_of(NOW), set(Agency.objects.below(person.workplace))
    days = [
        (today - day_of(one.received_at)).days
        for one in Dossier.objects.filter(state__in=[*RUNNING_STATES, State.SUPPLEMENT])
        if {one.receiving_desk, one.competent_agency} & units
    ]
    assert [int(row[1].text) for row in ages.rows] == [
        sum(youngest <= age and (oldest is None or age <= oldest) for age in days)
        for youngest, oldest in AGES.values()
    ]


def test_the_page_costs_the_same_with_more_dossiers_and_more_months(world, clock, browser):
    client = browser(world.supervisor)

    def work():
        for make in (world.processing, world.returned, world.submit, world.supplement):
            make()
        world.receive(world.paid)

    work()
    clock.move_to("2026-11-16 08:00")
    keep_rollups()
    work()
    client.get(HOME)
    with CaptureQueriesContext(connection) as few:
        client.get(HOME)
    for _ in range(2):
        work()
    clock.move_to("2026-11-19 08:00")
    keep_rollups()
    work()
    client.get(HOME)  # the session notes that somebody is there, once in a while
    with CaptureQueriesContext(connection) as many:
        client.get(HOME)
    assert [sql["sql"][:60] for sql in many] == [sql["sql"][:60] for sql in few]


def test_before_anything_is_counted_the_page_says_so(world, browser):
    page = browser(world.supervisor).get(HOME)
    assert b"No day has been counted yet" in page.content
    assert [chart.key for chart in page.context["course"]["charts"]] == ["ages"]


def test_clerks_and_officers_get_no_charts(world, browser):
    for person in (world.clerk, world.officer):
        assert browser(person).get(HOME).context["course"] == {}


def test_an_officer_of_another_agency_has_no_name_in_a_filter(world, browser):
    page = browser(world.supervisor).get(f"/quan-tri/cases/dossier/?officer={world.outsider_officer.pk}")
    assert page.context["cl"].result_count == 0
    assert world.outsider_officer.full_name.encode() not in page.content
