"""Orders to the public postal service: papers fetched, results delivered, fees collected at the door.

The desk is never blocked: a tracking number may always be typed by hand (`return_result`).
"""

import secrets
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases import errors, rules
from cases.connections import post as office
from cases.connections.post import Consignment, Party, Post, Step
from cases.connections.systems import System, Waiting
from cases.enums import CollectionProof, PaymentMethod, ReturnChannel, State
from cases.models import Dossier, PostalEvent, PostalOrder
from cases.post_enums import ENDED_POSTAL, LEADS_TO, OPEN_POSTAL, PostalDirection, PostalState, PostalStep
from cases.services.base import locked, required_text
from cases.services.connections import Connection, calling
from cases.services.money import enter_arrived
from cases.services.returning import return_result
from notifications.vietnamese import dong
from onestop.outside import AWAY, Garbled, NotLetIn, OutsideError, Refused

LONGEST_PUSH = 64 * 1024  # bytes
NOT_SIGNED = office.WRONG_SIGNATURE
FETCHED_IN = frozenset({State.SUBMITTED, State.RECEIVED, State.SUPPLEMENT})
ASKED_AGAIN = timedelta(minutes=15)
MONEY_AWAITED = timedelta(days=30)  # after the delivery
LEASE = timedelta(minutes=2)
RUN_SECONDS = 50
PROBE = "VD000000000VN"


def post() -> Post:
    return Post(
        settings.POST_URL,
        settings.POST_TOKEN,
        settings.POST_SECRET,
        settings.POST_CUSTOMER,
        settings.POST_STEPS,
    )


def is_connected() -> bool:
    return bool(settings.POST_URL)


def connection() -> Connection:
    return Connection(System.POST, address=lambda: settings.POST_URL, probe=_probe, waiting=_waiting)


def possible_directions(dossier: Dossier, user) -> list[PostalDirection]:
    """What this person could order for the dossier now."""
    if not is_connected() or not rules.is_clerk_of(user, dossier.receiving_desk):
        return []
    taken = set(
        dossier.postal_orders.filter(state__in=OPEN_POSTAL - {PostalState.SENDING}).values_list(
            "direction", flat=True
        )
    )
    return [way for way in PostalDirection if way not in taken and _fits(dossier, way)]


def order(dossier: Dossier, *, by, direction: str) -> PostalOrder:
    """Order that the papers are fetched, or the result delivered; what is owed then is collected at the door (COD).

    Told to the post outside of every transaction, under a number that stays the same: asked again after an unclear
    answer, the same consignment is meant. Raises `NotPermitted`, `NotPossibleNow`, `Invalid`.
    """
    if not is_connected():
        raise errors.NotPossibleNow(
            _("The public postal service is not connected. Type the tracking number.")
        )
    waiting = _written(dossier, by=by, direction=direction)
    try:
        with calling(System.POST):
            number = office.order(post(), _consignment(waiting))
    except OutsideError as error:
        is_final = isinstance(error, Refused) and not isinstance(error, NotLetIn)
        PostalOrder.objects.filter(pk=waiting.pk, state=PostalState.SENDING).update(
            state=PostalState.REFUSED if is_final else PostalState.SENDING, fault=str(error)[:300]
        )
        raise errors.NotPossibleNow(
            _("Nothing was ordered for certain: %(reason)s Order again, or type a tracking number by hand.")
            % {"reason": error},
            code="post_away",
        ) from error
    PostalOrder.objects.filter(pk=waiting.pk, state=PostalState.SENDING).update(
        state=PostalState.ORDERED,
        tracking_number=number,
        next_ask_at=timezone.now() + ASKED_AGAIN,
        fault="",
    )
    return PostalOrder.objects.select_related("dossier").get(pk=waiting.pk)


def cancel(order_pk: int, *, by) -> PostalOrder:
    """Take an order back before anything was fetched. Raises `NotPermitted`, `NotPossibleNow`."""
    found = PostalOrder.objects.select_related("dossier__receiving_desk").get(pk=order_pk)
    if not rules.is_clerk_of(by, found.dossier.receiving_desk):
        raise _not_yours()
    if found.state not in {PostalState.SENDING, PostalState.ORDERED}:
        raise errors.NotPossibleNow(_("The post has it already; it cannot be cancelled any more."))
    try:
        with calling(System.POST):
            office.cancel(post(), found.order_number)
    except OutsideError as error:
        if not (isinstance(error, Refused) and error.code == office.UNKNOWN):  # they never had it: done
            raise errors.NotPossibleNow(str(error), code="post_away") from error
    PostalOrder.objects.filter(pk=found.pk, state__in=[PostalState.SENDING, PostalState.ORDERED]).update(
        state=PostalState.CANCELLED, next_ask_at=None
    )
    return PostalOrder.objects.get(pk=found.pk)


def receive_push(content: bytes, signature: str) -> dict[str, str]:
    """What the post, or somebody who pretends to be it, sent by itself; returns what it is answered."""
    try:
        number, steps = office.pushed(post(), content, signature)
    except NotLetIn:
        return office.answer_to(office.WRONG_SIGNATURE, "not signed")
    except Garbled:
        return office.answer_to("99", "not understood")
    found = PostalOrder.objects.filter(tracking_number=number).first()
    if found is None:
        return office.answer_to(office.UNKNOWN, "no such consignment")
    note_steps(found, steps)
    return office.answer_to(office.OK, "noted")


@transaction.atomic
def note_steps(order: PostalOrder, steps: list[Step]) -> PostalOrder:
    """Add what happened, each step once, and draw what follows: the state by the newest step, whatever came in which
    order; a fee that was collected becomes one payment; a result that was now delivered is handed over by
    `return_result`, once: what a clerk undoes later is not done again.
    """
    dossier = locked(Dossier(pk=order.dossier_id))
    order = PostalOrder.objects.select_for_update().select_related("ordered_by").get(pk=order.pk)
    now = timezone.now()
    PostalEvent.objects.bulk_create(
        [
            PostalEvent(
                order=order, step=one.step, at=one.at, place=one.place, amount=one.amount, told_at=now
            )
            for one in steps
        ],
        ignore_conflicts=True,
    )
    known = list(order.events.order_by("at", "pk"))
    state_before, payment_before = order.state, order.payment_id
    order.state = _state_after(order, known)
    if order.state != state_before:
        order.fault = ""
    _collect(dossier, order, known)
    if order.state != state_before or order.payment_id != payment_before:
        _hand_over(dossier, order)
    order.next_ask_at = _next_question(order, known, now)
    order.save()
    return order


def ask_open(now: datetime | None = None) -> int:
    """Ask where consignments are; returns how many were asked. While the post is away, the run ends."""
    if not is_connected():
        return 0
    asked, stop_at = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < stop_at and (found := _claimed(now or timezone.now())):
        try:
            with calling(System.POST):
                steps = office.track(post(), found.tracking_number)
        except AWAY:
            break
        except OutsideError:  # about this consignment only, and noted
            continue
        note_steps(found, steps)
        asked += 1
    return asked


def _fits(dossier: Dossier, direction: str) -> bool:
    if direction == PostalDirection.PICK_UP:
        return dossier.state in FETCHED_IN
    is_there = dossier.state == State.PAID or (dossier.state == State.PROCESSING and dossier.finished_at)
    return bool(is_there) and dossier.return_channel == ReturnChannel.POST


@transaction.atomic
def _written(dossier: Dossier, *, by, direction: str) -> PostalOrder:
    dossier = locked(dossier)
    if direction not in PostalDirection.values or not _fits(dossier, direction):
        raise errors.NotPossibleNow(
            _("The post is asked to deliver a result that is there, where the applicant chose the post.")
            if direction == PostalDirection.DELIVERY
            else _("Papers are fetched before the dossier is digitized, or while something is missing.")
        )
    if not rules.is_clerk_of(by, dossier.receiving_desk):
        raise _not_yours()
    for field in ("address", "phone"):
        required_text(
            getattr(dossier.applicant, field),
            field=field,
            sentence=_("The post needs the address and the phone number of the applicant."),
        )
    found = dossier.postal_orders.filter(direction=direction, state__in=OPEN_POSTAL).first()
    if found and found.state != PostalState.SENDING:
        raise errors.NotPossibleNow(_("It is ordered already: %(number)s.") % {"number": found})
    owed = max(dossier.balance, 0) if direction == PostalDirection.DELIVERY else 0
    if found and found.cod_amount != owed:  # the post may have it already, with the amount of then
        raise errors.NotPossibleNow(
            _(
                "An order to collect %(ordered)s is under way, and %(owed)s is owed now. Cancel it and order anew."
            )
            % {"ordered": dong(found.cod_amount), "owed": dong(owed)}
        )
    return found or PostalOrder.objects.create(
        order_number=f"BC{timezone.localdate():%y%m%d}{secrets.randbelow(10**10):010d}",
        dossier=dossier,
        direction=direction,
        cod_amount=owed,
        ordered_by=by,
        ordered_at=timezone.now(),
    )


def _state_after(order: PostalOrder, known: list[PostalEvent]) -> PostalState:
    """By the newest step, but what goes back or is cancelled stays so: what is delivered then goes to the sender.

    What is no longer expected does not set out again, so that another order may be on its way meanwhile.
    """
    before = PostalState(order.state)
    led = [LEADS_TO[PostalStep(event.step)] for event in known if event.step in LEADS_TO]
    if before == PostalState.CANCELLED or not led:
        return before
    after = ([one for one in led if one in ENDED_POSTAL] or led)[-1]
    return before if after in OPEN_POSTAL and before not in OPEN_POSTAL else after


def _consignment(found: PostalOrder) -> Consignment:
    dossier = Dossier.objects.select_related("applicant", "receiving_desk").get(pk=found.dossier_id)
    applicant, desk = dossier.applicant, dossier.receiving_desk
    person = Party(applicant.full_name, applicant.phone, applicant.address)
    agency = Party(desk.name_vi, desk.phone, desk.address or desk.name_vi)
    is_delivery = found.direction == PostalDirection.DELIVERY
    return Consignment(
        number=found.order_number,
        reference=dossier.code or str(dossier.uuid),
        sender=agency if is_delivery else person,
        receiver=person if is_delivery else agency,
        cod=found.cod_amount,
    )


def _collect(dossier: Dossier, order: PostalOrder, known: list[PostalEvent]) -> None:
    """What the post collected becomes one payment, of the amount that was ordered; another amount is for a person.

    What was paid elsewhere meanwhile is entered all the same, as `overpaid`: the money is there.
    """
    collected = next((event for event in known if event.step == PostalStep.COD_COLLECTED), None)
    if collected is None or order.payment_id or not order.cod_amount:
        return
    if collected.amount != order.cod_amount:
        order.fault = _(
            "The post collected %(amount)s instead of %(ordered)s. Ask it before anything else."
        ) % {
            "amount": dong(collected.amount or 0),
            "ordered": dong(order.cod_amount),
        }
        return
    with override("vi"):  # kept in the history, whoever reads it
        label = _("Public postal service")
    order.payment, order.overpaid = enter_arrived(
        dossier,
        amount=order.cod_amount,
        method=PaymentMethod.TRANSFER,
        reference=order.tracking_number,
        by_label=label,
    )


def _hand_over(dossier: Dossier, order: PostalOrder) -> None:
    """A delivered result that nobody has recorded yet, by who gave it to the post; where that cannot be, a clerk does."""
    is_delivered = order.direction == PostalDirection.DELIVERY and order.state == PostalState.DELIVERED
    if not is_delivered or dossier.state != State.PAID:
        return
    try:
        return_result(
            dossier,
            by=order.ordered_by,
            proof=CollectionProof.POST,
            tracking_number=order.tracking_number,
        )
    except errors.CaseError as error:
        order.fault = str(error)[:300]


def _next_question(order: PostalOrder, known: list[PostalEvent], now: datetime) -> datetime | None:
    if order.state in OPEN_POSTAL:
        return now + ASKED_AGAIN
    is_owed = order.state == PostalState.DELIVERED and order.cod_amount and not order.payment_id
    return now + ASKED_AGAIN if is_owed and known[-1].at > now - MONEY_AWAITED else None


def _claimed(now: datetime) -> PostalOrder | None:
    with transaction.atomic(durable=True):
        found = (
            PostalOrder.objects.filter(next_ask_at__lte=now, tracking_number__isnull=False)
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("next_ask_at", "pk")
            .first()
        )
        if found is not None:
            found.next_ask_at = now + ASKED_AGAIN
            found.save(update_fields=["next_ask_at"])
        return found


def _probe() -> None:
    try:
        office.track(post(), PROBE)
    except Refused as error:
        if isinstance(error, NotLetIn) or error.code != office.UNKNOWN:
            raise


def _waiting() -> Waiting:
    """Orders that the post has not certainly taken on, and what needs a person."""
    sending = PostalOrder.objects.filter(state=PostalState.SENDING)
    return Waiting(
        count=sending.count(),
        refused=PostalOrder.objects.filter(state__in=[PostalState.REFUSED, PostalState.BACK]).count(),
        oldest=sending.order_by("ordered_at").values_list("ordered_at", flat=True).first(),
    )


def _not_yours() -> errors.NotPermitted:
    return errors.NotPermitted(_("The post is asked by the clerks of the desk that received the dossier."))
