"""One order, one entry of money: whoever says that it was paid, how often and in what order (quyết toán một lần)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.connections.payment import StandingKind, Unreadable, answer_to, notice_of
from cases.enums import PaymentMethod
from cases.models import Dossier, OnlinePayment, PaymentNotice
from cases.payment_enums import WITH_MONEY, NoticeSource, NoticeVerdict, OnlinePaymentState
from cases.services.base import locked
from cases.services.money import enter_arrived
from cases.services.payment_platform import platform

LONGEST_NOTICE = 16 * 1024  # bytes
# What the platform is answered; it repeats whatever is neither success nor known already.
ANSWERS = {
    NoticeVerdict.TAKEN: "ok",
    NoticeVerdict.LATE: "ok",
    NoticeVerdict.OVERPAID: "ok",
    NoticeVerdict.NOT_PAID: "ok",
    NoticeVerdict.REPEATED: "confirmed",
    NoticeVerdict.UNKNOWN_ORDER: "unknown",
    NoticeVerdict.NOT_OURS: "unknown",
    NoticeVerdict.WRONG_AMOUNT: "wrong_amount",
    NoticeVerdict.OTHER_TRANSACTION: "failed",
    NoticeVerdict.FORGED: "wrong_signature",
    NoticeVerdict.UNREADABLE: "failed",
}
UNSIGNED = frozenset({NoticeVerdict.FORGED, NoticeVerdict.UNREADABLE})
MOST_UNSIGNED = 100  # of each within an hour; more show nothing new, and anybody can send them
# What a question or a statement says each time anew is no news.
ONLY_OF_NOTICES = frozenset({NoticeVerdict.REPEATED, NoticeVerdict.NOT_PAID})


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of an order by somebody who may be believed; VND."""

    number: str
    kind: StandingKind | None
    source: NoticeSource
    amount: int | None = None
    transaction: str = ""
    status: str = ""
    paid_at: datetime | None = None


def receive_notice(content: bytes, content_type: str) -> dict[str, str]:
    """What the platform, or somebody who pretends to be it, sent to our open address; returns what it is answered.

    Each is kept with its outcome. Only a genuine one for us changes anything, by `take`.
    """
    known = platform()
    try:
        notice = notice_of(known, content, content_type)
    except Unreadable:
        verdict = NoticeVerdict.UNREADABLE
        _keep(Said("", None, NoticeSource.NOTICE), verdict)
    else:
        said = Said(
            notice.number,
            notice.kind,
            NoticeSource.NOTICE,
            notice.amount,
            "" if notice.transaction == "-" else notice.transaction,
            notice.status,
            notice.paid_at,
        )
        if notice.is_genuine and notice.is_ours:
            verdict = take(said)
        else:
            verdict = NoticeVerdict.NOT_OURS if notice.is_genuine else NoticeVerdict.FORGED
            _keep(said, verdict)
    with override("en"):  # for the log of the other side
        return answer_to(known, ANSWERS[verdict], str(verdict.label))


@transaction.atomic
def take(said: Said) -> NoticeVerdict:
    """Enter the money that the order says was paid, exactly once, and note what was said with what became of it.

    Locks the dossier and then the order, as everything does that moves money. Money that came late, or that is not
    owed any more, is entered all the same, because it is there: the rest is to be paid back. Another amount than
    ordered, or a second transaction, is for a person.
    """
    found = OnlinePayment.objects.filter(order_number=said.number).values_list("pk", "dossier_id").first()
    if found is None:
        return _keep(said, NoticeVerdict.UNKNOWN_ORDER)
    dossier = locked(Dossier(pk=found[1]))
    order = OnlinePayment.objects.select_for_update().get(pk=found[0])
    return _keep(said, _outcome(dossier, order, said), order)


def _outcome(dossier: Dossier, order: OnlinePayment, said: Said) -> NoticeVerdict:
    if said.kind is None:  # a word that nobody has told us may mean that money moved
        return NoticeVerdict.UNREADABLE
    has_money = order.state in WITH_MONEY
    if said.kind != StandingKind.PAID:
        if not has_money:
            _not_paid(order, said)
        return NoticeVerdict.REPEATED if has_money else NoticeVerdict.NOT_PAID
    if not said.transaction:
        return NoticeVerdict.UNREADABLE
    if has_money:
        is_same = order.transaction_number == said.transaction and order.amount == said.amount
        return NoticeVerdict.REPEATED if is_same else NoticeVerdict.OTHER_TRANSACTION
    if said.amount != order.amount:
        return NoticeVerdict.WRONG_AMOUNT
    if OnlinePayment.objects.filter(transaction_number=said.transaction).exists():
        return NoticeVerdict.OTHER_TRANSACTION
    return _enter(dossier, order, said)


def _enter(dossier: Dossier, order: OnlinePayment, said: Said) -> NoticeVerdict:
    now = timezone.now()
    was_over = order.state != OnlinePaymentState.CREATED or order.expires_at < now
    with override("vi"):  # kept in the history, whoever reads it
        label = _("Payment platform")
    payment, overpaid = enter_arrived(
        dossier,
        amount=order.amount,
        method=PaymentMethod.ONLINE,
        reference=said.transaction,
        by_label=label,
    )
    order.state = OnlinePaymentState.PAID
    order.payment, order.overpaid = payment, overpaid
    order.transaction_number = said.transaction
    order.paid_at = min(said.paid_at or now, now)
    order.next_ask_at = None
    order.save()
    if overpaid:
        return NoticeVerdict.OVERPAID
    return NoticeVerdict.LATE if was_over else NoticeVerdict.TAKEN


def _not_paid(order: OnlinePayment, said: Said) -> None:
    """Not paid: final when the platform says so, and when the time for paying is over."""
    if order.state != OnlinePaymentState.CREATED:
        return
    if said.kind == StandingKind.FAILED:
        order.state, order.next_ask_at = OnlinePaymentState.FAILED, None
    elif said.source == NoticeSource.STATUS and order.expires_at <= timezone.now():
        order.state, order.next_ask_at = OnlinePaymentState.EXPIRED, None
    order.save(update_fields=["state", "next_ask_at"])


def _keep(said: Said, verdict: NoticeVerdict, order: OnlinePayment | None = None) -> NoticeVerdict:
    facts = {
        "source": said.source,
        "verdict": verdict,
        "order": order,
        "order_number": said.number,
        "amount": said.amount,
        "status": said.status,
    }
    is_asked = said.source != NoticeSource.NOTICE
    if is_asked and verdict in ONLY_OF_NOTICES:
        return verdict
    # It is repeated until somebody has told us what the word means.
    is_signed_riddle = verdict == NoticeVerdict.UNREADABLE and order is not None
    if (is_asked or is_signed_riddle) and PaymentNotice.objects.filter(**facts).exists():
        return verdict
    if verdict in UNSIGNED and order is None and _has_many_of(verdict):
        return verdict
    PaymentNotice.objects.create(**facts, at=timezone.now(), transaction_number=said.transaction)
    return verdict


def _has_many_of(verdict: NoticeVerdict) -> bool:
    since = timezone.now() - timedelta(hours=1)
    return PaymentNotice.objects.filter(verdict=verdict, order=None, at__gt=since).count() >= MOST_UNSIGNED
