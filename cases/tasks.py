"""Celery tasks: thin; each calls one service and logs its count."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from cases import services
from cases.models import Heartbeat
from cases.services import (
    answered_texts,
    around,
    audit,
    calendar_moves,
    exchange,
    exchange_answers,
    exports,
    freezing,
    idempotency,
    kept_reports,
    online_drafts,
    online_payments,
    online_refunds,
    payment_days,
    portal,
    portal_backlog,
    portal_compare,
    portal_files,
    portal_filings,
    post,
    procedure_database,
    put_back,
    retention,
    rollups,
    searchable,
    signatures,
    simulations,
    tokens,
    webhooks,
)
from cases.services.only_run import one_at_a_time

logger = logging.getLogger(__name__)


def apply_calendar_revisions_soon() -> None:
    """Ask a worker to begin now; when the broker is away, the beat does so within a minute of its return."""
    try:
        apply_calendar_revisions.apply_async(retry=False)
    except OperationalError as error:
        logger.warning("the broker is away, so the beat will start the revision: %s", error)


def write_exports_soon() -> None:
    """Ask a worker to begin now; when the broker is away, the beat does so within a minute of its return."""
    try:
        write_exports.apply_async(retry=False)
    except OperationalError as error:
        logger.warning("the broker is away, so the beat will start the export: %s", error)


def simulate_soon(key: str) -> bool:
    """Ask a worker to begin now; False when the broker is away."""
    try:
        simulate.apply_async([key], retry=False)
    except OperationalError as error:
        logger.warning("the broker is away, so nothing is simulated: %s", error)
        return False
    return True


def count_reports_soon() -> bool:
    """Ask a worker to begin now; False when the broker is away: the beat does so within a minute of its return."""
    try:
        count_reports.apply_async(retry=False)
    except OperationalError as error:
        logger.warning("the broker is away, so the beat will start the count: %s", error)
        return False
    return True


def compare_portal_month_soon(month: str, agency: int | None) -> bool:
    """Ask a worker to begin now; False when the broker is away."""
    try:
        compare_portal_month.apply_async([month, agency], retry=False)
    except OperationalError as error:
        logger.warning("the broker is away, so nothing is compared with the portal: %s", error)
        return False
    return True


@shared_task
def simulate(key: str) -> None:
    logger.info("simulated dossiers: %s", simulations.work(key))


@shared_task
@one_at_a_time
def put_results_back() -> None:
    logger.info("results for stores: %s", dict(put_back.deliver_due()))


@shared_task
@one_at_a_time
def fetch_publication_decisions() -> None:
    logger.info("publication decisions: %s", dict(procedure_database.fetch_nightly()))


@shared_task
@one_at_a_time
def send_to_partners() -> None:
    logger.info("packages for other installations: %s", dict(exchange.deliver_due()))


@shared_task
def flag_overdue() -> None:
    logger.info("flagged overdue: %s", services.flag_overdue())


@shared_task
def warn_due_soon() -> None:
    logger.info("warned of due dates: %s", services.warn_due_soon())


@shared_task
def climb_ladders() -> None:
    logger.info("told by escalation ladders: %s", services.climb_ladders())


@shared_task
def draft_apologies() -> None:
    logger.info("drafted apologies: %s", services.draft_apologies())


@shared_task
def morning_digest() -> None:
    logger.info("morning digests: %s", services.morning_digest())


@shared_task
def apply_calendar_revisions() -> None:
    """Every minute, so that one that stands still goes on; see `calendar_moves.RUN_SECONDS`."""
    logger.info("moved by the calendar: %s", calendar_moves.apply_approved())


@shared_task
def remind_supplements() -> None:
    logger.info("reminded of supplements: %s", services.remind_supplements())


@shared_task
def alert_late_consultations() -> None:
    logger.info("alerted of late answers: %s", services.alert_late_consultations())
    logger.info("of late answers to others: %s", exchange_answers.alert_late_requests())


@shared_task
def hand_over_for_absences() -> None:
    logger.info("handed over to substitutes: %s", services.hand_over_for_absences())


@shared_task
def close_old_log_books() -> None:
    logger.info("closed log books: %s", services.close_old_log_books())
    logger.info("closed registers: %s", services.close_old_registers())


@shared_task
def search_waiting_scans() -> None:
    """Every minute, and one at a time: see `cases.services.searchable`."""
    logger.info("read scans, done and failed: %s, %s", *searchable.search_waiting_scans())


@shared_task
def check_signatures() -> None:
    """Every minute, and one at a time: see `cases.services.signatures`."""
    logger.info("looked at signatures of files: %s", signatures.check_waiting())


@shared_task
def heartbeat() -> None:
    """Sent by the beat, done by a worker: a fresh row shows that both live."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task
def forget_old_drafts() -> None:
    logger.info("forgot drafts of receptions: %s", services.forget_old_drafts())


@shared_task
def forget_old_online_drafts() -> None:
    logger.info("forgot online drafts and uploads: %s, %s", *online_drafts.forget_old())


@shared_task
def forget_old_keys() -> None:
    logger.info("forgot idempotency keys: %s", idempotency.forget_old_keys())
    logger.info("forgot answers to text messages: %s", answered_texts.forget_old_answers())


@shared_task
def forget_old_access() -> None:
    logger.info("forgot access tokens: %s", tokens.forget_old_tokens())
    logger.info("forgot deliveries: %s", webhooks.forget_old_deliveries())


@shared_task
@one_at_a_time
def tell_the_portal() -> None:
    logger.info("portal: %s", portal.deliver_due())


@shared_task
@one_at_a_time
def try_quiet_connections() -> None:
    logger.info("connections that were quiet: %s answered, %s did not", *around.try_quiet())


@shared_task
@one_at_a_time
def try_all_connections() -> None:
    around.try_all()


@shared_task
@one_at_a_time
def fill_portal_outbox() -> None:
    logger.info("dossiers of before for the portal: %s", portal_backlog.fill_by_itself())


@shared_task
@one_at_a_time
def take_portal_filings() -> None:
    logger.info("filings of the portal: %s", portal_filings.take_filings())


@shared_task
@one_at_a_time
def fetch_portal_files() -> None:
    logger.info("files of filings at the portal: %s", dict(portal_files.fetch_due()))


@shared_task
def compare_with_the_portal() -> None:
    logger.info("compared with the portal: %s", portal_compare.compare_lately_told())


@shared_task
def compare_portal_month(month: str, agency: int | None) -> None:
    logger.info("compared with the portal: %s", portal_compare.compare_month_at(month, agency))


@shared_task
def deliver_webhooks() -> None:
    logger.info("webhooks: %s", webhooks.deliver_due())


@shared_task
def write_exports() -> None:
    """Every minute too, so that one that a worker left behind is written."""
    logger.info("wrote exports of lists: %s", exports.write_waiting_exports())


@shared_task
def forget_old_exports() -> None:
    logger.info("forgot exports of lists: %s", exports.forget_old_exports())


@shared_task
def keep_rollups() -> None:
    """Every quarter of an hour: new days once, and then what changed backwards since."""
    try:
        logger.info("counted days: %s", rollups.keep_rollups())
    finally:  # what waits to be counted is left out there
        logger.info("froze scorecards: %s", freezing.freeze_months())


@shared_task
def count_reports() -> None:
    """Every minute too, so that what a worker left behind is counted."""
    logger.info("counted parts of reports: %s", kept_reports.count_waiting())


@shared_task
def keep_reports_anew() -> None:
    logger.info("parts of reports to be counted anew: %s", kept_reports.keep_anew())


@shared_task
@one_at_a_time
def ask_payment_platform() -> None:
    try:
        logger.info("asked for online payments: %s", online_payments.ask_open())
    finally:  # what is owed to somebody does not wait for that
        logger.info("paid back online: %s", online_refunds.send_due())


@shared_task
def compare_online_payments() -> None:
    logger.info("compared days of online payments: %s", payment_days.compare_due())


@shared_task
@one_at_a_time
def ask_post() -> None:
    logger.info("asked where consignments are: %s", post.ask_open())


@shared_task
def chain_audit() -> None:
    logger.info("chained events: %s", audit.chain_waiting())


@shared_task
def apply_retention() -> None:
    for done in retention.apply_retention():
        logger.info("forgot %s: %s", done.name, done.count)
