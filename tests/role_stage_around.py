"""What came from the systems around: a further part of `tests/role_stage.py`."""

from datetime import date, timedelta
from uuid import uuid4

from django.utils import timezone

from cases import services
from cases.connections.stores.facts import HandIn, RecordKind
from cases.connections.systems import System
from cases.models import (
    Dossier,
    ExchangeMessage,
    IncomingRequest,
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
from cases.services.documents import check_file
from cases.services.exchange_taking import keep_file
from cases.services.payment_taking import Said
from cases.services.payment_taking import take as take_notice
from cases.services.post import PostalDirection
from procedures.decisions import Told
from procedures.enums import DecisionKind
from procedures.models import Proposal
from procedures.services.proposals import take
from tests.cast import World, upload

DAY = date(2026, 12, 1)


def around_places(world: World, dossiers: dict[str, Dossier]) -> dict[str, object]:
    """A difference with the payment platform, a refund that it refused, an order to the post, and a
    procedure that the national database proposes to abolish."""
    now = timezone.now()
    order = OnlinePayment.objects.create(
        order_number="OS1",
        dossier=world.receive(world.paid),
        amount=15000,
        platform="national",
        created_at=now,
        expires_at=now + timedelta(minutes=15),
    )
    take_notice(Said("OS1", "paid", "notice", 15000, "GD1"))
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
    take(
        [
            Told(
                number="01/QĐ-VIDU",
                signed_on=DAY.replace(month=10),
                effective_on=DAY,
                kind=DecisionKind.ABOLISHED,
                code=world.free.code,
            )
        ]
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
        "proposal": Proposal.objects.get().pk,
        **_exchange_places(world),
        "item": item.pk,
        "store_lookup": search.pk,
        "hand_in": hand_in.pk,
        "difference": difference.pk,
        "refund": OnlineRefund.objects.get().pk,
        "postal_order": postal.pk,
    }


def _exchange_places(world: World) -> dict[str, object]:
    """A request of another installation with a file, and its answer, which that one refused."""
    now = timezone.now()
    said = {"partner": "H29", "thread": uuid4(), "code": "H29-261201-0001", "agency": world.ward}
    request = IncomingRequest.objects.create(
        **said,
        uuid=uuid4(),
        asking_agency="UBND xã Xa",
        kind="opinion",
        facts={},
        question="Xác minh nơi cư trú",
        working_hours=8,
        asked_at=now,
        due_at=now + timedelta(days=1),
        arrived_at=now,
    )
    file = keep_file(request, check_file(upload()))
    message = ExchangeMessage.objects.create(
        **said,
        ask=request.uuid,
        kind="answer",
        request=request,
        content={},
        state="refused",
        reason="Từ chối",
        next_attempt_at=now,
        created_at=now,
    )
    return {"incoming": request.pk, "incoming_file": file.pk, "exchange_message": message.pk}


def around_bodies(world: World, places: dict[str, object]) -> dict[str, dict]:
    """What is sent to these addresses."""
    return {
        "api:answer_exchange_request": {"answer": "Đúng là cư trú ở đây"},
        "admin:exchange_give_up": {"reason": "Đã gọi điện"},
        "admin:incoming_request": {"answer": "Đúng là cư trú ở đây"},
        "public:pay": {"pass": places["pass"]},
        "admin:payment_compare": {"day": f"{DAY:%Y-%m-%d}"},
        "admin:payment_difference": {"note": "Nền tảng đã xác nhận"},
        "admin:procedure_reject": {"reason": "Không phù hợp"},
        "admin:post_order": {"direction": PostalDirection.PICK_UP.value},
    }
