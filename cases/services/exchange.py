"""What waits for other installations is sent: in order for each dossier, until a signed receipt says it is there (R20).

A message goes when everything older of its dossier was delivered. After a bad call it is tried again later and
without end, after a refusal it waits for a person. The other side knows a package by its number, so that what may
have arrived is sent again.
"""

import logging
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import PurePath

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.exchange import client, facts, package, signatures
from cases.connections.exchange.package import BadPackage
from cases.connections.exchange.signatures import BadKey
from cases.connections.exchange.words import STANDING_STILL, Outcome, Sending
from cases.connections.systems import System, Waiting
from cases.exchange_partners import Partner, is_connected, limits, own_certificate, own_key, partner_named
from cases.models import ConnectionState, Document, ExchangedFile, ExchangeMessage
from cases.portal.states import back_off
from cases.services.connections import Connection, calling
from onestop.encryption import CannotDecrypt
from onestop.outside import Garbled, NotConnected, NotLetIn, OutsideError, Refused, shortened

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than one attempt may take
RUN_SECONDS = 50  # the next run starts a minute later
REST = timedelta(minutes=1)  # of a partner that hung: the next run is for the others
SLOWEST_LINE = (
    512 * 1024
)  # bytes a second of a package on its way; what it takes is given beside the answer's time
PROBE_SECONDS = 5  # of a sign of life, for which somebody waits


class CannotBuild(Exception):
    """A package cannot be made of what is here; the text is a sentence."""


def deliver_due(limit: int = 500) -> Counter[str]:
    """Send what is due, oldest first; safe in parallel and after a kill. Not in a transaction.

    A partner that does not answer is left alone for the rest of the run and for `REST`: another one waits no longer
    than that for its turn.
    """
    counts: Counter[str] = Counter()
    resting = {
        unit for unit, known in settings.EXCHANGE_PARTNERS.items() if not known.get("url")
    } | _resting()
    stop_at = time.monotonic() + RUN_SECONDS
    while is_connected() and counts.total() < limit and time.monotonic() < stop_at:
        row = _claim(resting)
        if row is None:
            break
        state = _sent(row)
        counts[state] += 1
        if state == Sending.WAITING:
            resting.add(row.partner)
            cache.set(_rest_of(row.partner), timezone.now() + REST, timeout=2 * REST.total_seconds())
    _knock_once(stop_at)
    return counts


def _resting() -> set[str]:
    now = timezone.now()
    marks = cache.get_many([_rest_of(unit) for unit in settings.EXCHANGE_PARTNERS])
    return {unit for unit in settings.EXCHANGE_PARTNERS if marks.get(_rest_of(unit), now) > now}


def wake(unit: str) -> None:
    """Somebody wants this partner to be tried now."""
    cache.delete(_rest_of(unit))


def _rest_of(unit: str) -> str:
    return f"exchange:rest:{unit}"


def _knock_once(stop_at: float) -> None:
    """Who has just configured a partner sees within a minute whether it answers, before anybody asks anything."""
    tried = set(ConnectionState.objects.filter(system=System.EXCHANGE).values_list("partner", flat=True))
    for unit, known in settings.EXCHANGE_PARTNERS.items():
        if known.get("url") and unit not in tried and time.monotonic() < stop_at:
            with suppress(OutsideError), calling(System.EXCHANGE, unit):  # which notes it
                probe(unit)


def _claim(resting: set[str]) -> ExchangeMessage | None:
    now = timezone.now()
    ours = ExchangeMessage.objects.filter(partner__in=settings.EXCHANGE_PARTNERS).exclude(partner__in=resting)
    with transaction.atomic(durable=True):
        due = ours.filter(pk__in=ExchangeMessage.objects.due(now).values("pk"))
        # One that cannot be decrypted stops itself and nobody else: its content is read where it is sent.
        due = due.defer("content", "receipt")
        row = due.select_for_update(of=("self",), skip_locked=True).order_by("next_attempt_at", "pk").first()
        if row is not None:
            row.attempts += 1
            row.claimed_until = now + LEASE
            row.save(update_fields=["attempts", "claimed_until"])
        return row


def _sent(row: ExchangeMessage) -> str:
    """Send it, and note what became of it; returns the new state."""
    try:
        partner, (content, manifest_hash) = partner_named(row.partner), packed(row)
    except (CannotBuild, CannotDecrypt, BadPackage, BadKey) as error:
        logger.error("package %s cannot be made: %s", row.uuid, error)
        is_ours = isinstance(error, BadKey)  # mended for all at once, by the administrator
        return _noted(row, Sending.WAITING if is_ours else Sending.REFUSED, _why_not(error))
    try:
        with calling(System.EXCHANGE, row.partner):
            seconds = settings.EXCHANGE_SECONDS + len(content) / SLOWEST_LINE
            answer = client.send(partner.url, content, seconds=seconds)
            receipt = read_receipt(answer, partner, of=row, manifest_hash=manifest_hash)
    except OutsideError as error:
        is_refused = isinstance(error, Refused) and not isinstance(error, NotLetIn)
        return _noted(row, Sending.REFUSED if is_refused else Sending.WAITING, shortened(error))
    return delivered(row, answer, receipt)


def packed(row: ExchangeMessage) -> tuple[bytes, str]:
    """The package as it is sent, and the hash of its manifest. Raises `CannotBuild`, `BadPackage`, `BadKey`."""
    files: dict[str, bytes] = {}
    for one in row.content.get("files", []):
        files[one["path"]] = _content(row, one["sha256"])
        if sum(map(len, files.values())) > settings.EXCHANGE_MAX_BYTES:
            raise CannotBuild(_("The files together are larger than what one package may hold."))
    content = package.build(row.content, files, own_key().sign)
    return content, package.read(content, limits()).manifest_hash


def _content(row: ExchangeMessage, sha256: str) -> bytes:
    if row.consultation_id:
        there = Document.objects.filter(dossier__consultations=row.consultation_id, sha256=sha256)
    else:
        there = ExchangedFile.objects.filter(request=row.request_id, sha256=sha256)
    file = there.first()
    try:
        if file is not None:
            with file.file.open("rb") as opened:
                return opened.read()
    except OSError as error:
        logger.error("a file of package %s cannot be read: %s", row.uuid, error)
    raise CannotBuild(_("A file that belongs to it is not here any more."))


def read_receipt(
    answer: bytes, partner: Partner, *, of: ExchangeMessage, manifest_hash: str
) -> facts.ReceiptFacts:
    """The receipt for this message, signed by this partner. Raises `Garbled`, and `Refused` with their reason."""
    try:
        opened = package.read(answer, limits())
        signatures.check(opened.manifest, opened.signature, partner.certificates, now=timezone.now())
        told = facts.told_by(opened.facts)
        receipt = facts.receipt_of(told)
    except BadPackage as error:
        raise Garbled(_("Its receipt is not taken: %(why)s") % {"why": error}) from error
    about = (told.sender, told.recipient, receipt.of, receipt.manifest_hash)
    if about != (partner.unit, settings.EXCHANGE_UNIT, of.uuid, manifest_hash):
        raise Garbled(_("Its receipt is for another package."))
    if receipt.outcome == Outcome.REFUSED:
        raise Refused(_("It refuses: %(why)s") % {"why": shortened(receipt.reason)}, "refused")
    return receipt


def delivered(row: ExchangeMessage, answer: bytes, receipt: facts.ReceiptFacts) -> str:
    """The receipt is kept as it came, and the content goes."""
    changed = {
        "state": Sending.DELIVERED,
        "delivered_at": receipt.at,
        "outcome": receipt.outcome,
        "manifest_hash": receipt.manifest_hash,
        "receipt": answer,
        "content": None,
        "reason": "",
        "claimed_until": None,
    }
    # Whoever has the receipt may say so: it is there, whatever became of our lease.
    ExchangeMessage.objects.filter(pk=row.pk).exclude(state=Sending.DELIVERED).update(**changed)
    return Sending.DELIVERED


def _noted(row: ExchangeMessage, state: str, reason: str) -> str:
    later = timezone.now() + back_off(row.attempts)
    mine = ExchangeMessage.objects.filter(pk=row.pk, claimed_until=row.claimed_until, state=Sending.WAITING)
    mine.update(state=state, reason=reason[:500] or "?", next_attempt_at=later, claimed_until=None)
    return state


def _why_not(error: Exception) -> str:
    if isinstance(error, CannotDecrypt):
        return _("Not sent: what is known of the applicant cannot be read.")
    return _("Not sent: %(why)s") % {"why": error}


def file_name(row: ExchangeMessage) -> str:
    """Of a package that is carried by hand; in the order in which they are to be imported."""
    return str(PurePath(f"{row.pk:09d}-{row.kind}-{row.uuid}.zip"))


def waiting() -> Waiting:
    """Of all together."""
    still = ExchangeMessage.objects.filter(state=Sending.WAITING)
    return Waiting(
        count=still.count(),
        refused=ExchangeMessage.objects.standing_still().count(),
        oldest=still.aggregate(oldest=Min("created_at"))["oldest"],
    )


def _waiting_by_partner() -> dict[str, Waiting]:
    waits, stands = Q(state=Sending.WAITING), Q(state__in=STANDING_STILL)
    rows = ExchangeMessage.objects.filter(waits | stands).order_by().values("partner")
    rows = rows.annotate(
        count=Count("pk", filter=waits),
        refused=Count("pk", filter=stands),
        oldest=Min("created_at", filter=waits),
    )
    return {row.pop("partner"): Waiting(**row) for row in rows}


def probe(unit: str) -> None:
    """Whether this partner answers, and is who is meant. Raises `OutsideError`."""
    try:
        partner = partner_named(unit)
        own_key()
    except BadKey as error:
        raise Garbled(str(error)) from error
    if partner is None or not partner.url:
        raise NotConnected
    client.sign_of_life(partner.url, unit=unit, seconds=min(settings.EXCHANGE_SECONDS, PROBE_SECONDS))


def _each() -> list[Connection]:
    """One for each partner, also for one that is not configured any more and for which something waits still."""
    if not is_connected():
        return []
    waiting = _waiting_by_partner()
    return [
        _to(unit, waiting.get(unit, Waiting()))
        for unit in dict.fromkeys([*settings.EXCHANGE_PARTNERS, *waiting])
    ]


def _to(unit: str, waiting: Waiting) -> Connection:
    """A partner without a line is served by files, and nobody can be asked there."""
    known = settings.EXCHANGE_PARTNERS.get(unit)
    url = known.get("url", "") if known else ""
    return Connection(
        System.EXCHANGE,
        address=lambda: "" if known is None else url or _("by files"),
        probe=partial(probe, unit) if url else None,
        waiting=lambda: waiting,
        page="admin:exchange",
        partner=unit,
        warning=_warning,
    )


def _warning() -> str:
    """Our own certificate, by which all of them know us."""
    try:
        certificate = own_certificate()
    except BadKey as error:
        return str(error)
    if not certificate.ends_soon(timezone.now()):
        return ""
    return _("The certificate by which others know this installation holds from %(begins)s to %(ends)s.") % {
        "begins": f"{certificate.begins:%d/%m/%Y}",
        "ends": f"{certificate.ends:%d/%m/%Y %H:%M}",
    }


def connection() -> Connection:
    return Connection(System.EXCHANGE, address=str, waiting=waiting, page="admin:exchange", each=_each)
