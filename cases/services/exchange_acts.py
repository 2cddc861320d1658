"""What a person does where another installation refused, or does not answer: send again, park, or give up."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.exchange.words import Sending
from cases.errors import NotPermitted, NotPossibleNow
from cases.models import ExchangeArrival, ExchangeMessage
from cases.services.base import required_text
from cases.services.exchange import wake
from onestop import access
from procedures.models import Staff


def messages_of(person: Staff) -> QuerySet[ExchangeMessage]:
    """What the person's agencies asked or answered."""
    mine = ExchangeMessage.objects.filter(agency__in=access.agencies_of(person))
    return mine.defer("content", "receipt").select_related("agency")


def arrivals_of(person: Staff) -> QuerySet[ExchangeArrival]:
    """What came for the person's agencies; what came for nobody is for who looks after all."""
    agencies = access.agencies_of(person)
    arrivals = ExchangeArrival.objects.select_related("agency")
    return arrivals if agencies.filter(parent=None).exists() else arrivals.filter(agency__in=agencies)


def last_faults() -> dict[str, str]:
    """By installation why what waits for it did not get there the last time; one that works is not in it."""
    tried = ExchangeMessage.objects.filter(state=Sending.WAITING, attempts__gt=0).exclude(reason="")
    return dict(tried.order_by("next_attempt_at").values_list("partner", "reason"))


@transaction.atomic
def send_again(message: ExchangeMessage, *, by: Staff) -> None:
    """What was refused or parked goes into the queue again; what waits for later goes now.

    Raises `NotPermitted`, `NotPossibleNow` when it was delivered.
    """
    row = _locked(message, by)
    row.state, row.attempts, row.next_attempt_at = Sending.WAITING, 0, timezone.now()
    row.save(update_fields=["state", "attempts", "next_attempt_at"])
    transaction.on_commit(lambda: wake(row.partner))


@transaction.atomic
def park(message: ExchangeMessage, *, by: Staff) -> None:
    """Set aside, and with it what follows of its dossier, until somebody sends it again. Raises as `send_again`."""
    row = _locked(message, by)
    row.state = Sending.PARKED
    row.save(update_fields=["state"])


@transaction.atomic
def give_up(message: ExchangeMessage, *, by: Staff, reason: str) -> None:
    """For good: what follows of its dossier goes without it. Raises as `send_again`, `Invalid` without a reason.

    What the other side did not take, is told it otherwise, by letter or telephone.
    """
    row = _locked(message, by)
    row.reason = required_text(reason, field="reason", sentence=_("Say why it is given up."))[:500]
    row.state, row.given_up_at, row.given_up_by = Sending.GIVEN_UP, timezone.now(), by
    row.save(update_fields=["state", "reason", "given_up_at", "given_up_by"])


def _locked(message: ExchangeMessage, by: Staff) -> ExchangeMessage:
    if not access.keeps_connections(by):
        raise NotPermitted(_("Connections are kept by the administrators of the system."))
    mine = ExchangeMessage.objects.select_for_update(of=("self",)).defer("content", "receipt")
    row = mine.get(pk=message.pk)
    if row.state == Sending.DELIVERED:
        raise NotPossibleNow(_("The other installation has taken it, and its receipt is here."))
    if row.state == Sending.GIVEN_UP:
        raise NotPossibleNow(_("It was given up for good; ask again instead."))
    return row
