"""Days and moments that somebody mistyped, up to the ends of time: the form again with a sentence."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import services
from tests.cases.admin.conftest import verb_of
from tests.cases.helpers import everything

MOMENTS = ["01/01/0001 00:00", "31/12/9999 23:59"]
DAYS = ["01/01/0001", "31/12/9999", "30/02/2026", "0001-01-01"]
WRITTEN = (
    st.datetimes().map(lambda moment: f"{moment:%d/%m/%Y %H:%M}")
    | st.dates().map(lambda day: f"{day:%d/%m/%Y}")
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
)
many = settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_promise_at_an_end_of_time_is_the_form_again(world, browser, moment):
    dossier = world.processing()
    client, before = browser(world.head), everything()
    sent = {"reason": "Chờ xác minh", "new_due_at": moment}
    assert client.post(verb_of(dossier, "reschedule"), sent).status_code == 200
    assert everything() == before


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_question_answered_at_an_end_of_time_is_the_form_again(world, browser, moment):
    dossier = world.processing()
    client, before = browser(world.officer), everything()
    sent = {
        "agency": world.other_ward.pk,
        "question": "Xác minh nơi cư trú",
        "kind": "opinion",
        "due_at": moment,
    }
    assert client.post(verb_of(dossier, "consult"), sent).status_code == 200
    assert everything() == before


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_apology_that_promises_an_end_of_time_is_the_form_again(world, browser, clock, moment):
    dossier = world.processing()
    clock.move_to("2026-12-01 09:00")
    letter, _new = services.draft_apology(dossier)
    client, before = browser(world.supervisor), everything()
    sent = {"reason": "Máy chủ hỏng", "new_due_at": moment}
    answer = client.post(reverse("admin:letter_act", args=[letter.pk, "prepare"]), sent)
    assert answer.status_code == 200
    assert everything() == before


@pytest.mark.parametrize("moment", [*MOMENTS, *DAYS])
def test_a_reception_at_an_end_of_time_is_answered(world, browser, moment):
    client, before = browser(world.clerk), everything()
    sent = {"procedure": "1.000001", "nonce": "abc", "full_name": "Trần Văn Thử", "received_at": moment}
    for page in ("reception", "reception_preview"):
        assert client.post(reverse(f"admin:{page}"), sent).status_code in {200, 422}
    assert everything() == before


@given(moment=WRITTEN)
@many
def test_any_moment_in_the_calculator_is_answered(world, client, moment):
    answer = client.get("/tinh-ngay-tra/", {"procedure": "1.000001", "at": moment, "day": moment})
    assert answer.status_code in {200, 400, 404}


@given(moment=WRITTEN)
@many
def test_any_moment_of_a_promise_is_answered(world, browser, moment):
    dossier = world.processing()
    sent = {"reason": "Chờ xác minh", "new_due_at": moment}
    assert browser(world.head).post(verb_of(dossier, "reschedule"), sent).status_code in {200, 302}
