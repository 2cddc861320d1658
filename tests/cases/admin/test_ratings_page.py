"""The ratings that supervisors read: of the last twelve months, or of the days that they choose (R49)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cases import services
from cases.services.rating import rating_proof
from tests.cases.admin.conftest import text_of
from tests.cases.test_ratings import GOOD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

PAGE = reverse("admin:ratings")


@pytest.fixture
def rated(world, clock):
    """A good one of 09/11/2026 and a low one of the last minute of 10/11/2026."""
    dossiers = [world.returned(), world.returned()]
    services.rate(dossiers[0], scores=GOOD, proof=rating_proof(dossiers[0]))
    clock.move_to("2026-11-10 23:59")
    services.rate(dossiers[1], scores={**GOOD, "fee": 1}, proof=rating_proof(dossiers[1]))
    return dossiers


def figures(page) -> tuple[int, int, list[str]]:
    """Ratings, answers to a question, dossiers with a low one."""
    found = page.context
    return (
        found["count"],
        found["each"][0].answers if found["each"] else 0,
        [row["rating"].dossier.code for row in found["rows"]],
    )


@pytest.mark.parametrize(
    ("today", "count"),
    [("2026-11-11", 2), ("2027-11-08", 2), ("2027-11-09", 1), ("2027-11-10", 0)],
)
def test_without_days_the_last_twelve_months_are_counted_and_named(
    world, rated, clock, browser, today, count
):
    clock.move_to(f"{today} 08:00")
    page = browser(world.supervisor).get(PAGE)
    low = [rated[1].code] if count else []
    assert figures(page) == (count, count, low)
    last = date.fromisoformat(today)
    assert f"from {last - timedelta(days=364):%d/%m/%Y} to {last:%d/%m/%Y}" in text_of(page)


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [("09/11/2026", "09/11/2026", 1), ("10/11/2026", "10/11/2026", 1), ("11/11/2026", "12/11/2026", 0)],
)
def test_other_days_are_chosen_and_figures_and_list_follow(world, rated, clock, browser, first, last, count):
    clock.move_to("2028-01-03 08:00")
    page = browser(world.supervisor).get(PAGE, {"first": first, "last": last})
    assert figures(page) == (count, count, [rated[1].code] if first.startswith("10") else [])
    assert page.context["query"] == (f"first={first}&last={last}&").replace("/", "%2F")


def test_the_agency_is_kept_with_the_days_from_page_to_page(world, rated, browser):
    page = browser(world.supervisor).get(PAGE, {"agency": world.ward.identifier})
    assert page.context["query"].startswith(f"agency={world.ward.identifier}&first=")
    assert figures(page)[0] == 2


@pytest.mark.parametrize(
    "days",
    [
        {"first": "10/11/2026", "last": "09/11/2026"},
        {"first": "09/11/2024", "last": "10/11/2026"},
        {"first": "x", "last": "10/11/2026"},
        {"first": "09/11/2026"},
    ],
)
def test_days_that_are_none_or_too_many_are_a_sentence_and_no_figures(world, rated, browser, days):
    page = browser(world.supervisor).get(PAGE, days)
    assert (page.status_code, "count" in page.context) == (200, False)
    assert page.context["form"].errors


def test_the_number_of_queries_does_not_grow_with_the_ratings(
    world, rated, browser, django_assert_max_num_queries
):
    client = browser(world.supervisor)
    client.get(PAGE)
    with django_assert_max_num_queries(60) as one:
        client.get(PAGE)
    for _more in range(2):
        dossier = world.returned()
        services.rate(dossier, scores={**GOOD, "fee": 1}, proof=rating_proof(dossier))
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(PAGE)
