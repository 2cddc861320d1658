"""Hand-overs, filings and messages of a past moment: what moved without an event, and what nobody noted yet."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cases import services
from cases.desk_then import (
    GIVEN_UP,
    REPLACED,
    filings_to_answer_then,
    given_up_then,
    lying_at_the_desk_then,
)
from cases.models import Dossier, NotedSince, ReplacedMoment
from cases.services.calendar_moves import apply_approved
from cases.services.inner_deadlines import count_again
from notifications.models import Message, MessageTurn
from notifications.services import messages
from tests.cases.admin.conftest import text_of
from tests.cases.api.conftest import client_of
from tests.cases.as_of import one, then
from tests.cases.helpers import fresh
from tests.cases.revisions.conftest import approved, chief, proposal
from tests.cast import local

__all__ = ["approved", "chief", "proposal"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

HOME, LIST = "/quan-tri/", "/quan-tri/ngay-da-qua/"
FIGURES = {
    "Late transfers": "lying",
    "Filings to answer": "to_answer",
    "Answers that are late": "late_answers",
    "Messages given up": "messages",
}


@pytest.fixture
def day_off(world, clock, approved):
    """Received and filed on Monday at 16:00; on Monday at 17:30 somebody declares Tuesday off."""
    clock.move_to("2026-11-09 16:00")
    lying, filing = world.receive(), world.submit(world.paid, channel="online")
    clock.move_to("2026-11-09 17:30")
    approved(date(2026, 11, 10))
    apply_approved()
    clock.move_to("2026-11-30 09:00")
    return lying, filing


def test_a_day_off_that_was_declared_later_does_not_move_what_was_due_inside_the_house(day_off):
    for dossier in day_off:
        names = ("transfer_due_at", "answer_due_at")
        before, after = (one(dossier, then(f"2026-11-09 {at}")) for at in ("17:00", "17:30"))
        assert [getattr(after, name) for name in names] == [getattr(fresh(dossier), name) for name in names]
        assert [getattr(before, name) for name in names] != [getattr(after, name) for name in names]
    assert ReplacedMoment.objects.count() == 2


def test_a_second_count_of_the_same_calendar_notes_nothing(day_off, world):
    count_again(None)
    assert ReplacedMoment.objects.count() == 2


@pytest.fixture
def office(world, clock, settings):
    """Monday to Wednesday: one lies, one filing waits too long, one with the applicant, one message is given up."""
    world.receive()
    world.submit(world.paid, channel="online")
    asked = world.submit(world.paid, channel="online")
    services.ask_to_complete(asked, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    message = Message.objects.filter(reference__startswith="H41").first()
    clock.move_to("2026-11-10 09:00")
    messages._come_to(message, "dead", at=timezone.now())
    Message.objects.filter(pk=message.pk).update(state="dead", last_error="away")
    clock.move_to("2026-11-11 09:00")
    return message


def figures_of(page) -> dict[str, int]:
    found = {str(figure.label): figure.count for figure in page.context["figures"]}
    return {name: found[name] for name in FIGURES if name in found}


def go_on(world, clock, message) -> None:
    clock.move_to("2026-11-11 10:00")
    messages.retry_dead(Message.objects.get(pk=message.pk))
    for dossier in Dossier.objects.filter(state="submitted"):
        if dossier.supplements.exists():
            services.complete_filing(dossier)
        services.refuse(fresh(dossier), by=world.clerk, reason="Không đủ điều kiện")
    services.withdraw(Dossier.objects.get(state="received"), by=world.clerk, reason="Đổi ý")
    clock.move_to("2026-11-30 09:00")


def test_the_morning_of_then_says_what_the_morning_said(world, office, clock, client):
    client.force_login(world.supervisor)
    said = figures_of(client.get(HOME))
    assert said == {
        "Late transfers": 1,
        "Filings to answer": 1,
        "Answers that are late": 1,
        "Messages given up": 1,
    }
    go_on(world, clock, office)
    client.force_login(world.supervisor)
    page = client.get(HOME, {"as_of": "11/11/2026 09:00"})
    assert figures_of(page) == said
    assert set(figures_of(client.get(HOME)).values()) == {0}
    for figure in page.context["figures"]:
        assert len(client.get(figure.link).context["rows"]) == figure.count, figure.label


def test_a_list_of_filings_says_when_the_answer_was_due_and_of_messages_why_it_failed(
    world, office, clock, client
):
    go_on(world, clock, office)
    client.force_login(world.supervisor)
    asked = {"as_of": "11/11/2026 09:00", "show": "late_answers"}
    assert "answer is late" in text_of(client.get(LIST, asked))
    given_up = client.get(LIST, {**asked, "show": "messages"})
    assert str(office) in text_of(given_up)


def test_an_outsider_finds_nothing_of_it(world, office, clock, client):
    go_on(world, clock, office)
    client.force_login(world.outsider_head)
    page = client.get(HOME, {"as_of": "11/11/2026 09:00"})
    assert set(figures_of(page).values()) == {0}
    assert client.get(LIST, {"as_of": "11/11/2026 09:00", "show": "messages"}).context["rows"] == []


@pytest.mark.parametrize(
    ("name", "missing"),
    [(REPLACED, {"Late transfers", "Answers that are late"}), (GIVEN_UP, {"Messages given up"})],
)
def test_of_a_moment_before_it_was_noted_nothing_is_said_but_that(
    world, office, clock, client, name, missing
):
    """An installation that worked before: its rows of the time before have no note of what was replaced."""
    NotedSince.objects.create(name=name, at=local("2026-11-11 09:30"))
    go_on(world, clock, office)
    client.force_login(world.supervisor)
    page = client.get(HOME, {"as_of": "11/11/2026 09:00"})
    assert set(FIGURES) - set(figures_of(page)) == missing
    for label in missing:
        sentence = (
            f"{label}: not known of this moment; what this is told from is kept since 11/11/2026 09:30."
        )
        assert sentence in text_of(page)
        refused = client.get(LIST, {"as_of": "11/11/2026 09:00", "show": FIGURES[label]})
        assert (refused.status_code, sentence in text_of(refused)) == (400, True)
    assert set(figures_of(client.get(HOME, {"as_of": "11/11/2026 09:30"}))) == set(FIGURES)


def test_programs_read_the_deadlines_of_then_too(world, clock):
    filing = world.submit(world.paid, channel="online")
    before = fresh(filing)
    services.ask_to_complete(filing, by=world.clerk, reason="Thiếu chữ ký", items=["Tờ khai"])
    clock.move_to("2026-11-12 09:00")
    world.receive()
    services.complete_filing(filing)
    clock.move_to("2026-11-13 09:00")
    world.receive(received_at=local("2026-11-12 08:00"))
    told = one(filing, then("2026-11-12 08:59"))
    assert (told.filed_at, told.answer_due_at) == (before.filed_at, before.answer_due_at)
    answer = client_of(world.clerk).get(f"dossiers/{filing.uuid}/", {"as_of": "2026-11-12T08:59"})
    assert (answer.status_code, answer.json()["filed_at"]) == (
        200,
        timezone.localtime(before.filed_at).isoformat(),
    )


def test_of_many_at_one_moment_the_last_turn_counts(world, office, clock):
    at = timezone.now()
    for state in ("pending", "dead", "pending"):
        MessageTurn.objects.create(message=office, at=at, state=state)
    every = Message.objects.all()
    assert not given_up_then(every, then("2026-11-11 09:00")).exists()
    assert given_up_then(every, then("2026-11-11 08:59")).get() == office


def test_the_number_of_queries_does_not_grow(world, office, clock, client, django_assert_max_num_queries):
    client.force_login(world.supervisor)
    address = {"as_of": "11/11/2026 09:00"}
    client.get(HOME, address)
    for show in FIGURES.values():
        client.get(LIST, {**address, "show": show})
        with django_assert_max_num_queries(80) as few:
            client.get(LIST, {**address, "show": show})
        clock.move_to("2026-11-09 10:00")
        more = [world.receive(), world.submit(world.paid, channel="online")]
        clock.move_to("2026-11-11 09:00")
        with django_assert_max_num_queries(len(few.captured_queries)):
            client.get(LIST, {**address, "show": show})
        assert len(more) == 2


def test_what_is_now_online_or_left_the_desk_in_time_never_lay(world, clock):
    world.digitized()
    clock.move_to("2026-11-11 09:00")
    mine = Dossier.objects.all()
    assert not lying_at_the_desk_then(mine, then("2026-11-11 08:59")).exists()
    assert not filings_to_answer_then(mine, then("2026-11-11 08:59")).exists()
    assert timezone.now() - timedelta(days=1) > local("2026-11-10 08:00")
