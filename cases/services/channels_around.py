"""E-mail, SMS, Zalo, VNeID and digital signatures as connections: how they stand, and what can be asked of them."""

from collections.abc import Callable

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.systems import System, Waiting
from cases.services.connections import Connection, note_failure, note_success
from notifications import signing
from notifications.enums import MessageChannel, MessageState
from notifications.errors import DeliveryFailed, SigningFailed
from notifications.models import Message
from notifications.pdf import Place, signature_mark_pdf
from notifications.services.messages import try_email
from notifications.signals import channel_answered
from onestop.outside import SPOKEN, Door, Garbled, NotReached
from procedures.models import Agency

SYSTEMS = {
    MessageChannel.EMAIL: System.EMAIL,
    MessageChannel.SMS: System.SMS,
    MessageChannel.ZALO: System.ZALO,
}
SMTP = "django.core.mail.backends.smtp.EmailBackend"
NOTHING_TO_READ = SPOKEN | {406, 411, 415}  # HTTP statuses of who is there and is asked for nothing
PROBE = {"read_seconds": 10, "whole_seconds": 10}
BLANK = Place(page=1, left=20, bottom=20, width=160, height=40)


def listen() -> None:
    """What deliveries say of their channel is noted from now on."""
    channel_answered.connect(_note, weak=False, dispatch_uid="channels leave behind how they do")


def _note(sender, channel: str, error: str, **kwargs) -> None:
    system = SYSTEMS[MessageChannel(channel)]
    if error:
        note_failure(system, error)
    elif channel != MessageChannel.EMAIL or _email_address():
        note_success(system)


# Addresses: empty where nobody has configured anything ------------------------------------------------


def _email_address() -> str:
    return f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}" if settings.EMAIL_BACKEND == SMTP else ""


def _signing_address() -> str:
    return settings.SIGNING_PKCS11_MODULE or settings.SIGNING_PKCS12 or settings.SIGNING_ROOTS


# Questions that change nothing ------------------------------------------------------------------------


def _greet_mail_server() -> None:
    try:
        try_email()
    except DeliveryFailed as error:
        raise NotReached(str(error)) from error


def _knock(name: str) -> None:
    """The protocol has no question that changes nothing; that it is there, and lets us in, can be seen.

    It has nothing to read there, and says so as it likes. Only HTTP 404 would say that nothing takes messages there.
    """
    token = getattr(settings, f"{name}_GATEWAY_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = getattr(settings, f"{name}_GATEWAY_URL")
    with Door(url, headers, **PROBE, refuses_by_status=False, spoken=NOTHING_TO_READ) as door:
        door.ask("GET")


def _read_discovery() -> None:
    issuer = settings.OIDC_CITIZEN_ISSUER
    with Door(issuer, **PROBE, refuses_by_status=False) as door:
        found = door.ask("GET", ".well-known/openid-configuration").object()
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise Garbled(_("What it says about itself is another provider's."))


def _sign_a_blank_page() -> None:
    """Signs with the key of the first agency that has one, and checks it by the configured roots."""
    now = timezone.now()
    identifiers = Agency.objects.order_by("pk").values_list("identifier", flat=True)
    key = next(filter(None, map(signing.key_of, identifiers.iterator())), None)
    if key is None:
        return  # only roots: signatures of others are checked, and nothing is signed here
    page = Place(page=1, left=0, bottom=0, width=200, height=80)
    blank = signature_mark_pdf(page, name="–", organization="", at=now)
    try:
        signed = signing.sign(blank, key, place=BLANK, at=now)
        verdict = signing.verify(signed.pdf, at=now)
    except SigningFailed as error:
        raise NotReached(str(error)) from error
    if verdict is None or not verdict.holds:
        raise Garbled(
            _(
                "What was signed does not hold: the certificate does not come from an authority of SIGNING_ROOTS."
            )
        )


def _waiting(channel: str) -> Callable[[], Waiting]:
    def counted() -> Waiting:
        pending, dead = Q(state=MessageState.PENDING), Q(state=MessageState.DEAD)
        found = Message.objects.filter(pending | dead, channel=channel).aggregate(
            count=Count("pk", filter=pending),
            refused=Count("pk", filter=dead),
            oldest=Min("created_at", filter=pending),
        )
        return Waiting(**found)

    return counted


def _messages(channel: str, address: Callable[[], str], probe: Callable[[], object]) -> Connection:
    page = "admin:notifications_message_changelist"
    return Connection(SYSTEMS[channel], address, probe, _waiting(channel), page)


VNEID = Connection(System.VNEID, lambda: settings.OIDC_CITIZEN_ISSUER, _read_discovery)
# Only by hand: it uses the key of an agency, and a token that hears a wrong word too often locks itself.
SIGNATURES = Connection(System.SIGNATURES, _signing_address, _sign_a_blank_page, asked_by_itself=False)
EMAIL = _messages(MessageChannel.EMAIL, _email_address, _greet_mail_server)
SMS = _messages(MessageChannel.SMS, lambda: settings.SMS_GATEWAY_URL, lambda: _knock("SMS"))
ZALO = _messages(MessageChannel.ZALO, lambda: settings.ZALO_GATEWAY_URL, lambda: _knock("ZALO"))
