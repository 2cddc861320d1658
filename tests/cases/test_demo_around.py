"""The demonstration has a fee paid online on the national platform, and results that go by post with tracking."""

from datetime import date, datetime
from io import StringIO

import time_machine
from django.core.management import call_command
from django.test import TestCase, override_settings

from cases.enums import PaymentMethod, State
from cases.models import ConnectionState, OnlinePayment, PaymentDay, PaymentDifference, PostalOrder
from cases.online_paid import online_payment_mark
from cases.payment_enums import OnlinePaymentState
from cases.post_enums import PostalState
from procedures.services.catalogue import load_catalogue
from procedures.working_time import TZ
from tests.procedures.small_seeds import SEEDS

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=TZ)


class TestAround(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_catalogue(SEEDS, today=date(2026, 9, 1))
        # Whatever the environment connects is not asked while the demonstration is built.
        elsewhere = {"PAYMENT_URL": "http://127.0.0.1:9/", "POST_URL": "http://127.0.0.1:9/"}
        with time_machine.travel(NOW, tick=False), override_settings(**elsewhere):
            call_command("seed_demo", dossiers=62, seed=7, stdout=StringIO())

    def test_one_fee_was_paid_online_on_the_national_platform(self):
        order = OnlinePayment.objects.select_related("dossier", "payment").get()
        assert (order.state, order.platform, order.overpaid) == (OnlinePaymentState.PAID, "national", 0)
        assert (order.payment.method, order.payment.amount) == (PaymentMethod.ONLINE, order.amount)
        assert order.dossier.state == State.RETURNED
        assert online_payment_mark(order.dossier) == 1

    def test_every_night_was_compared_and_the_statement_is_what_stands_here(self):
        days = PaymentDay.objects.order_by("day")
        assert days.last().day == date(2026, 11, 19)
        assert days.count() >= 14
        assert {(one.payments_there, one.sum_there) for one in days} == {
            (one.payments_here, one.sum_here) for one in days
        }
        assert sum(one.payments_there for one in days) == 1
        assert not PaymentDifference.objects.exists()

    def test_one_result_came_by_post_and_was_paid_for_at_the_door(self):
        order = PostalOrder.objects.select_related("dossier", "payment").get(state=PostalState.DELIVERED)
        assert order.cod_amount == order.payment.amount > 0
        assert (order.dossier.state, order.dossier.balance) == (State.RETURNED, 0)
        assert order.dossier.tracking_number == order.tracking_number

    def test_one_is_on_the_way_with_its_fee(self):
        order = PostalOrder.objects.select_related("dossier").get(state=PostalState.ON_THE_WAY)
        assert order.cod_amount == order.dossier.balance > 0
        assert list(order.events.order_by("at").values_list("step", flat=True)) == [
            "accepted",
            "picked_up",
            "in_transit",
        ]

    def test_of_the_systems_that_run_later_nothing_is_known_yet(self):
        assert not ConnectionState.objects.exists()
