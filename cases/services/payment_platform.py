"""Which payment platform is configured, and how calls to it are told on."""

from django.conf import settings

from cases import rules
from cases.connections.payment import Platform, ask_status
from cases.connections.systems import System
from cases.models import OnlinePayment
from cases.services.connections import Connection, calling
from onestop import access

PROBE = "onestop-probe"  # an order that nobody has made


def platform() -> Platform:
    return Platform(
        settings.PAYMENT_URL,
        settings.PAYMENT_MERCHANT,
        settings.PAYMENT_SECRET,
        fields=settings.PAYMENT_FIELDS,
        paths=settings.PAYMENT_PATHS,
        codes=settings.PAYMENT_CODES,
        statuses=settings.PAYMENT_STATUSES,
    )


def is_connected() -> bool:
    return bool(settings.PAYMENT_URL)


def may_settle(by, order: OnlinePayment | None) -> bool:
    """Says what becomes of money of this order: who supervises its desk, and who keeps the connections.

    Of an order that is not ours (None) also the supervisors of the whole tree.
    """
    if access.keeps_connections(by):
        return True
    if order is None:
        return access.supervises(by) and by.workplace is not None and by.workplace.parent_id is None
    return rules.is_supervisor_of(by, order.dossier.receiving_desk)


def asking():
    """Around a call; notes how it went."""
    return calling(System.PAYMENT)


def connection(waiting) -> Connection:
    return Connection(
        System.PAYMENT,
        address=lambda: settings.PAYMENT_URL,
        probe=lambda: ask_status(platform(), PROBE),
        waiting=waiting,
        page="admin:online_payments",
    )
