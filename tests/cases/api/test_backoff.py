"""Wrong proofs wait longer and longer; whoever proves rightly is not kept waiting by others (R40)."""

import pytest
from django.core.cache import cache

from cases import lookup
from cases.api.backoff import KEPT
from tests.cases.api.conftest import refused

NEIGHBOUR = "192.0.2.1"
HOME = "192.0.2.2"


@pytest.fixture
def look_up(world, anybody, clock):
    """Status and wait of one attempt; `proof` is a secret, or the ends of ID number and phone."""

    def attempt(dossier, proof, address=NEIGHBOUR) -> tuple[int, int]:
        names = ["X-Lookup-Secret"] if isinstance(proof, str) else ["X-Lookup-Id-End", "X-Lookup-Phone-End"]
        headers = dict(zip(names, [proof] if isinstance(proof, str) else proof, strict=True))
        code = dossier if isinstance(dossier, str) else dossier.code
        answer = anybody.get(f"status/{code}/", headers=headers, REMOTE_ADDR=address)
        return answer.status_code, int(answer.get("Retry-After", 0))

    return attempt


def wrong(n: int) -> tuple[str, str]:
    return f"{n:06d}", "9999"


RIGHT = ("000001", "0001")
UNKNOWN = "H41.101-261109-0999"


@pytest.mark.parametrize("code", ["H41.101-261109-0001", UNKNOWN], ids=["known", "unknown"])
def test_the_wait_grows_with_each_further_failure(world, look_up, clock, code):
    world.receive()
    assert [look_up(code, "x")[0] for _ in range(5)] == [404] * 5
    assert look_up(code, "x") == (429, 30)
    clock.move_to("2026-11-09 09:00:29")
    assert look_up(code, "x") == (429, 1)
    clock.move_to("2026-11-09 09:00:30")
    assert look_up(code, "x") == (404, 0)
    assert look_up(code, "x") == (429, 60)
    clock.move_to("2026-11-09 09:01:30")
    assert look_up(code, "x") == (404, 0)
    assert look_up(code, "x") == (429, 120)


def test_the_wait_ends_at_an_hour(world, look_up, clock):
    for hour in range(9, 21):
        clock.move_to(f"2026-11-09 {hour:02d}:00")
        look_up(UNKNOWN, "x")
    assert look_up(UNKNOWN, "x") == (429, 3600)


def test_the_right_secret_waits_too_and_then_clears_the_way(world, look_up, clock):
    """Else the answer would tell a guesser that the guess was right."""
    dossier = world.receive()
    secret = lookup.secret_of(dossier)
    for _ in range(5):
        look_up(dossier, "x")
    assert look_up(dossier, secret) == (429, 30)
    clock.move_to("2026-11-09 09:00:30")
    assert look_up(dossier, secret) == (200, 0)
    assert [look_up(dossier, "x")[0] for _ in range(5)] == [404] * 5


def test_a_ward_behind_one_address_goes_on_looking_up(world, look_up):
    """A neighbour who guesses closes the own guesses, not what others prove."""
    dossier = world.receive()
    others = [world.receive() for _ in range(10)]
    assert [look_up(dossier, "x")[0] for _ in range(6)] == [404] * 5 + [429]
    assert [look_up(other, lookup.secret_of(other)) for other in others * 4] == [(200, 0)] * 40


def test_people_without_a_proof_are_not_kept_waiting(world, look_up, anybody):
    dossier = world.receive()
    for _ in range(6):
        look_up(dossier, "x")
    assert anybody.get(f"status/{dossier.code}/", REMOTE_ADDR=NEIGHBOUR).status_code == 200


def test_ends_that_many_addresses_guess_are_closed_and_the_secret_is_not(world, look_up):
    dossier = world.receive()
    answers = [look_up(dossier, wrong(n), f"198.51.100.{n}")[0] for n in range(21)]
    assert answers == [404] * 21
    assert look_up(dossier, RIGHT, HOME) == (429, 600)
    assert look_up(dossier, lookup.secret_of(dossier), HOME) == (200, 0)
    assert look_up(world.receive(), RIGHT, HOME) == (200, 0)


def test_one_person_cannot_be_sought_through_all_codes(world, look_up, clock):
    """Whoever knows somebody's numbers does not find out what the person applied for."""
    codes = [f"H41.101-261109-{n:04d}" for n in range(100, 161)]
    assert [look_up(code, RIGHT)[0] for code in codes] == [404] * 61
    dossier = world.receive()
    assert look_up(dossier, RIGHT) == (429, 60)
    assert look_up(dossier, RIGHT, HOME) == (200, 0)
    assert look_up(dossier, lookup.secret_of(dossier)) == (200, 0)
    clock.move_to("2026-11-09 09:01")
    assert look_up(dossier, RIGHT) == (200, 0)


def test_page_and_api_count_failures_together(world, look_up, client, anybody):
    dossier = world.receive()
    for _ in range(5):
        client.post("/tra-cuu/", {"code": dossier.code, "secret": "x"}, REMOTE_ADDR=NEIGHBOUR)
    answer = anybody.get(f"status/{dossier.code}/", headers={"X-Lookup-Secret": "x"}, REMOTE_ADDR=NEIGHBOUR)
    refused(answer, 429, "throttled")
    page = client.post("/tra-cuu/", {"code": dossier.code, "secret": "x"}, REMOTE_ADDR=NEIGHBOUR)
    assert (page.status_code, page["Retry-After"]) == (429, "30")


def test_failures_are_forgotten_after_a_day(world, look_up):
    """The count is kept for a day and no longer."""
    look_up(UNKNOWN, "x")
    (key,) = cache.keys("backoff-lookup:*")
    assert 0 < cache.ttl(key) <= KEPT
