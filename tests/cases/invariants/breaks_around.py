"""The same for what the systems around are told and tell: payments, consignments, the national portal."""

import uuid
from datetime import timedelta

from django.utils import timezone

from cases.models import (
    Consultation,
    ExchangeMessage,
    IncomingRequest,
    OnlinePayment,
    OnlineRefund,
    Payment,
    PortalDossier,
    PortalMessage,
    PostalOrder,
)
from cases.services.documents import check_file
from cases.services.exchange_taking import keep_file
from tests.cases.invariants.rows import write
from tests.cast import upload


def one_entry_for_each_online_payment(dossier):
    return _order(dossier, "paid").order_number


def platform_pays_back_what_is_in_the_books(dossier):
    entry = Payment.objects.filter(amount__gt=0).first()  # which reverses nothing
    refund = OnlineRefund.objects.create(
        refund_number="R-1",
        order=_order(dossier, "created"),
        entry=entry,
        asked_at=timezone.now(),
        next_attempt_at=timezone.now(),
    )
    return refund.refund_number


def _order(dossier, state: str) -> OnlinePayment:
    now = timezone.now()
    return OnlinePayment.objects.create(
        order_number="O-1",
        dossier=dossier,
        amount=1,
        platform="national",
        state=state,
        created_at=now,
        expires_at=now + timedelta(minutes=15),
        transaction_number="T-1" if state == "paid" else None,
        paid_at=now if state == "paid" else None,
        payment=Payment.objects.filter(amount__gt=0).exclude(dossier=dossier).first()
        if state == "paid"
        else None,
    )


def one_entry_for_each_fee_on_delivery(dossier):
    payment = Payment.objects.filter(amount__gt=0).exclude(dossier=dossier).first()
    order = PostalOrder.objects.create(
        order_number="P-1",
        dossier=dossier,
        direction="delivery",
        state="delivered",
        tracking_number="T-1",
        cod_amount=payment.amount,
        payment=payment,
        ordered_by=dossier.holder,
        ordered_at=timezone.now(),
    )
    return order.order_number


def portal_messages_gapless(dossier):
    _told_the_portal(dossier, [(1, 2, "sent"), (3, 4, "sent")])
    return dossier.code


def portal_told_in_order(dossier):
    _told_the_portal(dossier, [(1, 2, "waiting"), (2, 4, "sent")])
    return dossier.code


def portal_statuses_follow(dossier):
    _told_the_portal(dossier, [(1, 2, "sent"), (2, 10, "sent")])
    return dossier.code


def _told_the_portal(dossier, told: list[tuple[int, int, str]]) -> None:
    """Dossier messages by number, status and state."""
    now = timezone.now()
    PortalDossier.objects.create(
        dossier=dossier,
        code=dossier.code,
        last_number=len(told),
        last_status=told[-1][1],
        next_attempt_at=now,
        waiting_since=now,
    )
    for number, status, state in told:
        is_sent = state == "sent"
        PortalMessage.objects.create(
            dossier=dossier,
            number=number,
            kind="dossier",
            status=status,
            state=state,
            at=now,
            sent_at=now if is_sent else None,
            content_hash="x" if is_sent else "",
        )


def exchange_request_came(dossier):
    return _asked(dossier).code


def exchanged_files_on_disk(dossier):
    file = keep_file(_asked(dossier), check_file(upload()))
    write(file.file.path, b"another")
    return "H29-1 (H29)"


def _asked(dossier) -> IncomingRequest:
    now = timezone.now()
    return IncomingRequest.objects.create(
        partner="H29",
        uuid=uuid.uuid4(),
        thread=uuid.uuid4(),
        code="H29-1",
        agency=dossier.competent_agency,
        asking_agency="H29",
        kind="opinion",
        facts={},
        question="?",
        working_hours=1,
        asked_at=now,
        due_at=now + timedelta(hours=1),
        arrived_at=now,
    )


def exchange_told_in_order(dossier):
    now = timezone.now()
    consultation = Consultation.objects.create(
        dossier=dossier,
        kind="opinion",
        agency=dossier.competent_agency,
        question="?",
        working_hours=1,
        created_at=now,
        created_by=dossier.holder,
    )
    said = {
        "partner": "H29",
        "kind": "request",
        "thread": dossier.uuid,
        "ask": uuid.uuid4(),
        "code": "H29-2",
        "agency": dossier.competent_agency,
        "consultation": consultation,
        "next_attempt_at": now,
        "created_at": now,
    }
    ExchangeMessage.objects.create(**said, content={})
    ExchangeMessage.objects.create(
        **said, state="delivered", outcome="taken", delivered_at=now, receipt=b"x", manifest_hash="0" * 64
    )
    return "H29-2"
