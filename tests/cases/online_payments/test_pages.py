"""The buttons that lead to the payment: of the look-up, of the signed-in citizen, and of the desk; two at once."""

import re

import pytest
from django.test import Client

from cases import lookup, services
from cases.invariants import ask, chosen
from cases.models import OnlinePayment, Payment
from cases.services import online_payments
from onestop.simulators.base import Fault
from tests.cases.helpers import fresh, in_parallel
from tests.cases.online_payments.conftest import send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]


@pytest.fixture
def page():
    return Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})


def looked_up(page, dossier) -> str:
    answer = page.post("/tra-cuu/", {"code": dossier.code, "secret": lookup.secret_of(dossier)})
    return answer.content.decode()


def pass_in(text: str) -> str:
    return re.search(
        r'action="/tra-cuu/thanh-toan/">\s*<input type="hidden" name="pass" value="([^"]+)"', text
    )[1]


def test_the_owner_pays_with_the_proof_of_the_look_up(world, platform, page):
    dossier = world.receive(world.paid)
    answer = page.post("/tra-cuu/thanh-toan/", {"pass": pass_in(looked_up(page, dossier))})
    order = OnlinePayment.objects.get()
    text = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert order.pay_url in text
    assert "To pay: 15.000 đ" in text
    assert world.applicant.full_name not in text
    assert (order.begun_by, order.dossier) == (None, dossier)


def test_without_a_pass_nothing_is_ordered(world, platform, page):
    assert page.post("/tra-cuu/thanh-toan/", {"pass": "sai"}).status_code == 403
    assert page.get("/tra-cuu/thanh-toan/").status_code == 405
    assert not OnlinePayment.objects.exists()


def test_the_page_says_when_the_platform_is_away(world, platform, page):
    proof = pass_in(looked_up(page, world.receive(world.paid)))
    platform.simulator.set_fault(Fault.AWAY, 1)
    answer = page.post("/tra-cuu/thanh-toan/", {"pass": proof})
    assert answer.status_code == 409
    assert "Nothing was paid." in answer.content.decode()


def test_nothing_is_offered_where_nothing_is_owed_or_connected(world, platform, page, settings):
    assert "/tra-cuu/thanh-toan/" not in looked_up(page, world.receive())
    settings.PAYMENT_URL = ""
    assert "/tra-cuu/thanh-toan/" not in looked_up(page, world.receive(world.paid))


def test_a_clerk_shows_the_code_on_the_screen_of_the_desk(world, platform, client):
    dossier = world.receive(world.paid)
    client.force_login(world.clerk)
    page = client.get(f"/quan-tri/cases/dossier/{dossier.pk}/change/").content.decode()
    assert f"/quan-tri/thanh-toan/{dossier.pk}/" in page
    answer = client.post(f"/quan-tri/thanh-toan/{dossier.pk}/")
    order = OnlinePayment.objects.get()
    assert order.order_number in answer.content.decode()
    assert order.begun_by == world.clerk
    page = client.get(f"/quan-tri/cases/dossier/{dossier.pk}/change/").content.decode()
    assert order.order_number in page


def test_the_desk_goes_on_while_the_platform_is_away(world, platform, client):
    dossier = world.receive(world.paid)
    client.force_login(world.clerk)
    platform.simulator.set_fault(Fault.NEVER, 1)
    answer = client.post(f"/quan-tri/thanh-toan/{dossier.pk}/", follow=True)
    assert "There was no answer in time." in answer.content.decode()
    services.pay(dossier, by=world.clerk, amount=15000)


def test_what_was_paid_too_much_is_listed_until_it_is_paid_back(order, platform, world, client):
    services.pay(order.dossier, by=world.clerk, amount=15000)
    platform.pay(order)
    platform.deliver()
    client.force_login(world.clerk)
    assert order.order_number in client.get("/quan-tri/thanh-toan/").content.decode()
    client.force_login(world.outsider_clerk)
    assert order.order_number not in client.get("/quan-tri/thanh-toan/").content.decode()
    paid = OnlinePayment.objects.get().payment
    services.refund(fresh(order.dossier), by=world.clerk, payment=paid, reason="Nộp hai lần")
    client.force_login(world.clerk)
    text = client.get("/quan-tri/thanh-toan/").content.decode()
    assert "HT" in text
    assert "to be paid back" in text


def test_sixteen_notices_at_once_are_one_payment(order, platform):
    platform.simulator.pay(order.order_number)
    notice = platform.simulator.notices(order.order_number)[0]
    answers = in_parallel([lambda: send(notice)] * 16, connections=8)
    assert sorted(answers) == ["00"] + ["02"] * 15
    assert Payment.objects.count() == 1


def test_cash_and_notice_at_once_are_two_entries_and_one_of_them_too_much(order, platform, world):
    """Whoever comes first: the money is there twice, and the books say so."""
    platform.simulator.pay(order.order_number)
    notice = platform.simulator.notices(order.order_number)[0]
    outcomes = in_parallel(
        [
            lambda: send(notice),
            lambda: services.pay(order.dossier, by=world.clerk, amount=15000),
        ],
        connections=2,
    )
    assert outcomes[0] == "00"
    entries = list(order.dossier.payments.values_list("method", flat=True))
    # The clerk who is second is told that nothing is owed any more, and takes nothing.
    assert sorted(entries) in (["cash", "online"], ["online"])
    overpaid = OnlinePayment.objects.get().overpaid
    assert overpaid == (15000 if len(entries) == 2 else 0)
    names = ["no-more-taken-than-owed", "one-entry-for-each-online-payment"]
    assert all(answer.holds for answer in ask(chosen(names=names)))


def test_two_who_begin_at_once_get_the_same_order(world, platform):
    dossier = world.receive(world.paid)
    orders = in_parallel([lambda: online_payments.begin(dossier)] * 4, connections=4)
    assert len({order.pk for order in orders}) == 1
    assert all(order.can_be_paid for order in orders)
