"""What came from the systems around: a further part of `tests/role_stage.py`."""

from datetime import date, timedelta

from django.utils import timezone

from cases import services
from cases.connections.stores.facts import HandIn, RecordKind
from cases.connections.systems import System
from cases.models import (
    Dossier,
    OnlinePayment,
    OnlineRefund,
    PaymentDay,
    PaymentDifference,
    PostalOrder,
    ResultHandIn,
    StoredPaper,
    StoreLookup,
)
from cases.payment_enums import DifferenceKind, RefundState
from cases.services.payment_taking import Said, take
from cases.services.post import PostalDirection
from tests.cast import World

DAY = date(2026, 12, 1)


def around_places(world: World, dossiers: dict[str, Dossier]) -> dict[str, object]:
    """A difference with the payment platform, a refund that it refused, and an order to the post."""
    now = timezone.now()
    order = OnlinePayment.objects.create(
        order_number="OS1",
        dossier=world.receive(world.paid),
        amount=15000,
        platform="national",
        created_at=now,
        expires_at=now + timedelta(minutes=15),
    )
    take(Said("OS1", "paid", "notice", 15000, "GD1"))
    order.refresh_from_db()
    services.refund(order.dossier, by=world.clerk, payment=order.payment, reason="Nhầm")
    OnlineRefund.objects.update(state=RefundState.REFUSED, next_attempt_at=None, fault="Từ chối")
    day = PaymentDay.objects.create(
        day=DAY, compared_at=now, payments_there=1, sum_there=15000, payments_here=0, sum_here=0
    )
    difference = PaymentDifference.objects.create(
        day=day, kind=DifferenceKind.UNKNOWN_THERE, number="OS2", there=15000, found_at=now
    )
    postal = PostalOrder.objects.create(
        order_number="BC1",
        dossier=dossiers["received"],
        direction=PostalDirection.PICK_UP,
        ordered_by=world.clerk,
        ordered_at=now,
    )
    hand_in = ResultHandIn.objects.create(
        system=System.PERSONAL_STORE,
        paper=StoredPaper.objects.first(),
        result_code="KQ-1",
        state=HandIn.REFUSED,
        reason="Từ chối",
        next_attempt_at=now,
        created_at=now,
    )
    item = dossiers["processing"].components.first()
    search = StoreLookup.objects.create(
        at=now,
        by=world.clerk,
        agency=world.ward,
        dossier=item.dossier,
        component=item.component,
        system=System.CIVIL_STATUS,
        kind=RecordKind.BIRTH,
        has_consent=True,
    )
    return {
        "item": item.pk,
        "store_lookup": search.pk,
        "hand_in": hand_in.pk,
        "difference": difference.pk,
        "refund": OnlineRefund.objects.get().pk,
        "postal_order": postal.pk,
    }


def around_bodies(world: World, places: dict[str, object]) -> dict[str, dict]:
    """What is sent to these addresses."""
    return {
        "public:pay": {"pass": places["pass"]},
        "admin:payment_compare": {"day": f"{DAY:%Y-%m-%d}"},
        "admin:payment_difference": {"note": "Nền tảng đã xác nhận"},
        "admin:post_order": {"direction": PostalDirection.PICK_UP.value},
    }
