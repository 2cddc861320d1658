"""Orders to the public postal service, tracking, and fees collected at the door, with each fault (R34, R38)."""

import pytest
from django.utils import timezone

from cases import consignments, lookup, services
from cases.connections.post import Step
from cases.connections.systems import System
from cases.enums import State
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.invariants import ask, chosen
from cases.models import ConnectionState, PostalEvent, PostalOrder
from cases.post_enums import PostalStep
from cases.services import around
from cases.services import post as service
from onestop.outside import Garbled, NoAnswer, NotLetIn, NotReached, Refused
from onestop.simulators.base import Fault
from tests.cases.helpers import fresh, in_parallel, kinds
from tests.cases.post.conftest import send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]

COURSE = ("picked_up", "in_transit", "out_for_delivery")


def deliver(world, dossier):
    return service.order(dossier, by=world.clerk, direction="delivery")


def now_of(order) -> PostalOrder:
    return PostalOrder.objects.get(pk=order.pk)


def test_a_delivery_is_ordered_with_its_tracking_number(world, ready, post):
    order = deliver(world, ready)
    assert (order.state, order.cod_amount) == ("ordered", 0)
    assert order.tracking_number.startswith("VD")
    told = next(iter(post.simulator.consignments.values())).told
    assert told["receiver"]["name"] == "Nguyễn Thị Ví Dụ"
    assert told["sender"]["name"] == "UBND phường Thử Nghiệm"
    assert told["reference"] == ready.code


def test_its_number_is_proposed_when_the_result_is_returned(world, ready, client):
    order = deliver(world, ready)
    client.force_login(world.clerk)
    page = client.get(f"/quan-tri/tra-ket-qua/{ready.pk}/").content.decode()
    assert f'value="{order.tracking_number}"' in page
    services.return_result(ready, by=world.clerk, proof="post", tracking_number=order.tracking_number)
    assert fresh(ready).tracking_number == order.tracking_number


def test_a_number_may_always_be_typed_by_hand(world, ready, post):
    post.simulator.set_fault(Fault.NEVER, 1)
    with pytest.raises(NotPossibleNow, match="type a tracking number by hand"):
        deliver(world, ready)
    services.return_result(ready, by=world.clerk, proof="post", tracking_number="EK1")
    assert fresh(ready).state == State.RETURNED


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.AWAY, NoAnswer),
        (Fault.LATE, NoAnswer),
        (Fault.NEVER, NoAnswer),
        (Fault.HALF, NoAnswer),
        (Fault.ERROR, NoAnswer),
        (Fault.UNCLEAR, NoAnswer),
        (Fault.BUSY, NotReached),
        (Fault.HTML, Garbled),
        (Fault.NOT_THERE, Garbled),
        (Fault.STRANGER, Garbled),
        (Fault.CHARSET, Garbled),
        (Fault.REFUSE, Refused),
        (Fault.SIGNED_OUT, NotLetIn),
        (Fault.WRONG, Garbled),
    ],
)
def test_ordering_again_after_a_fault_means_the_same_consignment(world, ready, post, fault, error):
    post.simulator.set_fault(fault, 1)
    with pytest.raises(NotPossibleNow) as caught:
        deliver(world, ready)
    assert type(caught.value.__cause__) is error
    order = deliver(world, ready)
    assert len(post.simulator.consignments) == 1
    assert PostalOrder.objects.exclude(state="refused").get() == order


@pytest.mark.parametrize("direction", ["delivery", "pick_up", "nonsense"])
def test_who_may_not_and_what_does_not_fit_is_refused(world, post, direction):
    with pytest.raises(NotPossibleNow):
        service.order(world.processing(), by=world.clerk, direction=direction)
    assert not PostalOrder.objects.exists()


def test_only_the_desk_orders_and_only_where_it_was_chosen(world, ready):
    with pytest.raises(NotPermitted):
        service.order(ready, by=world.outsider_clerk, direction="delivery")
    with pytest.raises(NotPermitted):
        service.order(ready, by=world.officer, direction="delivery")
    with pytest.raises(NotPossibleNow):
        deliver(world, world.with_result())
    deliver(world, ready)
    with pytest.raises(NotPossibleNow, match="ordered already"):
        deliver(world, ready)


def test_without_an_address_nothing_is_ordered(world, ready):
    ready.applicant.address = ""
    ready.applicant.save()
    with pytest.raises(Invalid, match="address"):
        deliver(world, ready)


def test_papers_are_fetched_from_the_applicant(world, post):
    filing = world.submit(channel="online")
    order = service.order(filing, by=world.clerk, direction="pick_up")
    told = next(iter(post.simulator.consignments.values())).told
    assert (told["sender"]["name"], order.direction) == ("Nguyễn Thị Ví Dụ", "pick_up")


def test_an_order_is_cancelled_until_it_is_picked_up(world, ready, post):
    order = deliver(world, ready)
    with pytest.raises(NotPermitted):
        service.cancel(order.pk, by=world.outsider_clerk)
    assert service.cancel(order.pk, by=world.clerk).state == "cancelled"
    second = deliver(world, ready)
    post.happens(second, "picked_up")
    with pytest.raises(NotPossibleNow):
        service.cancel(second.pk, by=world.clerk)


# Tracking -------------------------------------------------------------------------------------------


def test_each_step_is_kept_once_and_in_its_order(world, ready, post):
    order = deliver(world, ready)
    post.happens(order, *COURSE)
    post.simulator.set_fault(Fault.TWICE, 1)
    post.happens(order, "attempt_failed")
    assert set(post.deliver()) == {"00"}
    assert list(order.events.values_list("step", flat=True)) == ["accepted", *COURSE, "attempt_failed"]
    assert now_of(order).state == "on_the_way"


def test_out_of_order_makes_no_difference(world, ready, post):
    order = deliver(world, ready)
    post.happens(order, *COURSE, "delivered")
    whole, signature = post.outbox[-1]
    early, early_signature = post.outbox[1]
    post.outbox.clear()
    assert [send(whole, signature), send(early, early_signature)] == ["00", "00"]
    assert now_of(order).state == "delivered"


def test_what_the_post_did_not_sign_is_not_believed(world, ready, post):
    order = deliver(world, ready)
    post.outbox.clear()
    post.simulator.set_fault(Fault.FORGED, 1)
    post.happens(order, "delivered")
    assert post.deliver() == ["97"]
    assert not PostalEvent.objects.exists()
    assert fresh(ready).state == State.PAID


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"\xff\xfe", b'{"trackingNumber": 1}', b'{"trackingNumber": "VD", "events": 1}'],
)
def test_nonsense_is_answered(post, content, settings):
    from cases.connections.signing import digest

    assert send(content, digest(content, settings.POST_SECRET)) == "99"


def test_words_that_nobody_told_us_are_left_out(world, ready, post, settings):
    order = deliver(world, ready)
    post.happens(order, "91", "customs")
    settings.POST_STEPS = {"91": "picked_up"}
    assert set(post.deliver()) == {"00"}
    assert list(order.events.values_list("step", flat=True)) == ["accepted", "picked_up"]


def test_the_post_is_asked_when_it_says_nothing(world, ready, post, clock):
    order = deliver(world, ready)
    post.happens(order, *COURSE)
    post.outbox.clear()
    assert service.ask_open() == 0
    clock.move_to("2026-11-09 09:15")
    for hour, fault in enumerate((Fault.HTML, Fault.NOT_THERE, Fault.WRONG, Fault.NEVER), start=10):
        post.simulator.set_fault(fault, 1)
        assert service.ask_open() == 0
        clock.move_to(f"2026-11-09 {hour}:00")
    clock.move_to("2026-11-09 20:00")
    post.simulator.set_fault(Fault.SHUFFLED, 1)
    assert service.ask_open() == 1
    assert now_of(order).state == "on_the_way"


def test_a_delivered_result_is_handed_over_by_the_verb_itself(world, ready, post):
    order = deliver(world, ready)
    post.happens(order, *COURSE, "delivered")
    post.deliver()
    dossier = fresh(ready)
    assert (dossier.state, dossier.tracking_number, dossier.acknowledgement) == (
        State.RETURNED,
        order.tracking_number,
        "not_present",
    )
    assert kinds(ready)[-1] == "returned"
    assert dossier.events.last().actor == world.clerk
    assert now_of(order).next_ask_at is None


def test_where_it_may_not_be_a_clerk_does_it(world, ready, post):
    order = deliver(world, ready)
    world.clerk.is_active = False
    world.clerk.save()
    post.happens(order, "delivered")
    post.deliver()
    assert fresh(ready).state == State.PAID
    assert now_of(order).fault


def test_what_goes_back_is_never_handed_over(world, ready, post):
    order = deliver(world, ready)
    post.happens(order, *COURSE, "returned", "in_transit", "delivered")
    post.deliver()
    assert (now_of(order).state, fresh(ready).state) == ("back", State.PAID)
    second = deliver(world, ready)
    post.happens(order, "in_transit")
    assert set(post.deliver()) == {"00"}
    assert (now_of(order).state, now_of(second).state) == ("back", "ordered")


def test_a_cancelled_order_stays_cancelled(world, ready, post):
    order = deliver(world, ready)
    service.cancel(order.pk, by=world.clerk)
    service.note_steps(now_of(order), [Step(PostalStep.ACCEPTED, timezone.now())])
    assert now_of(order).state == "cancelled"


def test_it_is_handed_over_once_and_not_at_each_push(world, ready, post):
    order = deliver(world, ready)
    world.clerk.is_active = False
    world.clerk.save()
    post.happens(order, "delivered")
    content, signature = post.outbox[-1]
    post.deliver()
    world.clerk.is_active = True
    world.clerk.save()
    assert send(content, signature) == "00"
    assert fresh(ready).state == State.PAID
    assert now_of(order).fault


# Fees at the door -----------------------------------------------------------------------------------


def test_a_fee_collected_at_the_door_is_one_payment_and_hands_the_result_over(world, owed, post):
    order = deliver(world, owed)
    assert order.cod_amount == 15000
    post.happens(order, *COURSE, "delivered")
    post.deliver()
    payment = owed.payments.get()
    assert (payment.amount, payment.method, payment.reference, payment.taken_by) == (
        15000,
        "transfer",
        order.tracking_number,
        None,
    )
    assert kinds(owed)[-3:] == ["paid", "settled", "returned"]
    assert all(answer.holds for answer in ask(chosen(names=["one-entry-for-each-fee-on-delivery"])))


def test_told_many_times_at_once_it_is_collected_once(world, owed, post):
    order = deliver(world, owed)
    post.happens(order, "delivered")
    content, signature = post.outbox[-1]
    assert set(in_parallel([lambda: send(content, signature)] * 8, connections=4)) == {"00"}
    assert owed.payments.count() == 1


def test_another_amount_at_the_door_is_for_a_person(world, owed, post):
    order = deliver(world, owed)
    post.simulator.set_fault(Fault.WRONG, 1)
    post.happens(order, "delivered")
    post.deliver()
    assert not owed.payments.exists()
    assert fresh(owed).state == State.PROCESSING
    assert (
        now_of(order).fault == "The post collected 14.000 đ instead of 15.000 đ. Ask it before anything else."
    )


def test_what_was_paid_elsewhere_meanwhile_is_listed_to_be_paid_back(world, owed, post, client):
    order = deliver(world, owed)
    services.pay(owed, by=world.clerk, amount=15000)
    post.happens(order, *COURSE, "delivered")
    post.deliver()
    assert now_of(order).overpaid == 15000
    assert fresh(owed).state == State.RETURNED
    names = ["no-more-taken-than-owed", "one-entry-for-each-fee-on-delivery"]
    assert all(answer.holds for answer in ask(chosen(names=names)))
    client.force_login(world.clerk)
    assert order.order_number in client.get("/quan-tri/thanh-toan/").content.decode()
    services.refund(fresh(owed), by=world.clerk, payment=now_of(order).payment, reason="Nộp hai lần")
    assert order.order_number not in client.get("/quan-tri/thanh-toan/").content.decode()


def test_an_order_that_hangs_does_not_collect_what_was_owed_then(world, owed, post):
    post.simulator.set_fault(Fault.UNCLEAR, 1)
    with pytest.raises(NotPossibleNow):
        deliver(world, owed)
    services.pay(owed, by=world.clerk, amount=15000)
    with pytest.raises(NotPossibleNow, match=r"collect 15\.000 đ is under way, and 0 đ is owed now"):
        deliver(world, owed)
    service.cancel(PostalOrder.objects.get().pk, by=world.clerk)
    assert deliver(world, owed).cod_amount == 0


# Pages ----------------------------------------------------------------------------------------------


def test_the_applicant_sees_each_step(world, ready, post, client):
    order = deliver(world, ready)
    post.happens(order, "picked_up")
    post.deliver()
    answer = client.post("/tra-cuu/", {"code": ready.code, "secret": lookup.secret_of(ready)})
    text = answer.content.decode()
    assert order.tracking_number in text
    assert "Bưu cục Thử Nghiệm" in text


def test_the_desk_orders_and_cancels_on_the_page_of_the_dossier(world, ready, client):
    client.force_login(world.clerk)
    page = f"/quan-tri/cases/dossier/{ready.pk}/change/"
    assert "Order the delivery by post" in client.get(page).content.decode()
    answer = client.post(f"/quan-tri/buu-chinh/{ready.pk}/", {"direction": "delivery"}, follow=True)
    order = PostalOrder.objects.get()
    assert order.tracking_number in answer.content.decode()
    client.post(f"/quan-tri/buu-chinh/{ready.pk}/huy/{order.pk}/")
    assert now_of(order).state == "cancelled"
    assert client.post(f"/quan-tri/buu-chinh/{ready.pk}/huy/999999/").status_code == 404


def test_nothing_is_pretended_without_a_post(world, post, ready, settings, client):
    settings.POST_URL = ""
    with pytest.raises(NotPossibleNow, match="not connected"):
        deliver(world, ready)
    assert (service.ask_open(), service.possible_directions(ready, world.clerk)) == (0, [])
    assert client.post("/buu-chinh/hanh-trinh/", b"{}", content_type="application/json").status_code == 404
    assert consignments.tracking_number_of(ready) == ""


def test_the_page_of_connections_tries_both(world, post):
    from procedures.enums import Role
    from tests.cases.helpers import make_person

    keeper = make_person("he-thong", None, Role.SYSTEM_ADMIN, is_staff=True)
    around.try_now("post", by=keeper)
    assert ConnectionState.objects.get(system=System.POST).failing_since is None
    post.simulator.set_fault(Fault.SIGNED_OUT, 1)
    with pytest.raises(NotLetIn):
        around.try_now("post", by=keeper)
    assert ConnectionState.objects.get(system=System.POST).failing_since
