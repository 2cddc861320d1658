"""A year goes into the archive: what ended in it, with everything that goes with it; in small steps (R43).

Each batch is one transaction: the rows, the entry in the register and the last day. Whoever is killed leaves
whole batches, and the next run goes on. Rows are locked and skipped when somebody has them; no table is locked.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime

import pgtrigger
from django.conf import settings
from django.db import connection, transaction
from django.db.models import CharField, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.archive import schema_of, schemas
from cases.archive.tables import Table, doors, moved
from cases.connections.exchange.words import SETTLED
from cases.connections.stores.facts import HandIn
from cases.enums import FINAL_STATES
from cases.errors import NotPossibleNow
from cases.feedback import OPEN as OPEN_FEEDBACK
from cases.hooks import DeliveryState
from cases.models import (
    AnswerRating,
    ArchivedDossier,
    ArchivedYear,
    AuditEntry,
    Document,
    Dossier,
    DossierEvent,
    ExchangeMessage,
    Feedback,
    FeedbackStep,
    OnlinePayment,
    OnlineRefund,
    Payment,
    PortalDossier,
    PostalOrder,
    Rating,
    ResultHandIn,
    StuckDossier,
    WebhookDelivery,
)
from cases.payment_enums import RefundState
from cases.portal.states import PortalState
from cases.post_enums import OPEN_POSTAL
from cases.services.audit import chain_waiting
from notifications.enums import MessageState
from notifications.models import Letter, Message
from procedures.working_time import TZ

logger = logging.getLogger(__name__)

BATCH = 500  # keys of dossiers that are looked at in one transaction
OF_DOSSIER = OuterRef("pk")
# A letter or message names its dossier by code, before reception by its random number.
_NAMES = (OuterRef("code"), Cast(OuterRef("uuid"), CharField()))


def _about(rows: QuerySet) -> Q:
    return Q(Exists(rows.filter(reference=_NAMES[0]))) | Q(Exists(rows.filter(reference=_NAMES[1])))


def waits_for() -> dict[Promise, Q]:
    """What a dossier waits for before it goes, as a person reads it: nobody has to do anything to it any more."""
    events = DossierEvent.objects.filter(dossier=OF_DOSSIER)
    unchained = AuditEntry.objects.filter(event=OuterRef("pk"), number__isnull=False)
    too_new = {"at__gte": datetime(_newest_year() + 1, 1, 1, tzinfo=TZ)}
    happened = (
        Q(Exists(events.filter(**too_new)))
        | Q(Exists(Rating.objects.filter(dossier=OF_DOSSIER, **too_new)))
        | Q(Exists(FeedbackStep.objects.filter(feedback__dossier=OF_DOSSIER, **too_new)))
        | Q(Exists(AnswerRating.objects.filter(feedback__dossier=OF_DOSSIER, **too_new)))
    )
    return {
        gettext_lazy("a letter that was not issued"): _about(Letter.objects.open()),
        gettext_lazy("a message that was not sent"): _about(
            Message.objects.filter(state=MessageState.PENDING)
        ),
        gettext_lazy("feedback that was not answered"): Q(
            Exists(Feedback.objects.filter(dossier=OF_DOSSIER, state__in=OPEN_FEEDBACK))
        ),
        gettext_lazy("a payment that is in no day-end report"): Q(
            Exists(Payment.objects.filter(dossier=OF_DOSSIER, cash_report=None, taken_by__isnull=False))
        ),
        gettext_lazy("a delivery to another program"): Q(
            Exists(WebhookDelivery.objects.filter(dossier=OF_DOSSIER, state=DeliveryState.PENDING))
        ),
        **_other_systems(),
        gettext_lazy("its place in the chain of the history"): Q(Exists(events.filter(~Exists(unchained)))),
        # Days after the archive's last one are still counted, and the months of those not frozen yet.
        gettext_lazy("the end of a later year, in which something happened to it"): happened,
        gettext_lazy("workers who fail at it"): Q(Exists(StuckDossier.objects.filter(dossier=OF_DOSSIER))),
        # Which of two results counts is asked of both (R39).
        gettext_lazy("its correction, or it is one"): Q(corrects__isnull=False)
        | Q(Exists(Dossier.objects.filter(corrects=OF_DOSSIER))),
    }


def _other_systems() -> dict[Promise, Q]:
    """What has still to be told to, or expected of, a system around. Parked at the portal is not: a person said so."""
    orders = OnlinePayment.objects.filter(dossier=OF_DOSSIER, next_ask_at__isnull=False)
    refunds = OnlineRefund.objects.filter(order__dossier=OF_DOSSIER).exclude(state=RefundState.DONE)
    post = PostalOrder.objects.filter(Q(state__in=OPEN_POSTAL) | Q(next_ask_at__isnull=False))
    results = ResultHandIn.objects.filter(paper__document__dossier=OF_DOSSIER)
    told = ExchangeMessage.objects.filter(consultation__dossier=OF_DOSSIER)
    portal = PortalDossier.objects.filter(state__in=[PortalState.WAITING, PortalState.REFUSED])
    return {
        gettext_lazy("what the national portal has not taken"): Q(Exists(portal.filter(dossier=OF_DOSSIER))),
        gettext_lazy("an online payment whose outcome is not known"): Q(Exists(orders)),
        gettext_lazy("money that is to go back through the payment platform"): Q(Exists(refunds)),
        gettext_lazy("a consignment that is on its way"): Q(Exists(post.filter(dossier=OF_DOSSIER))),
        gettext_lazy("a result that its owner's store has not taken"): Q(
            Exists(results.exclude(state=HandIn.DELIVERED))
        ),
        gettext_lazy("what another installation has not taken"): Q(Exists(told.exclude(state__in=SETTLED))),
    }


def _newest_year() -> int:
    """The newest that may be archived today (Asia/Ho_Chi_Minh)."""
    return timezone.localdate().year - 1 - settings.ARCHIVE_AFTER_YEARS


def ended_in(year: int) -> QuerySet[Dossier]:
    """Returned, refused or stopped in this year (Asia/Ho_Chi_Minh) and still in the live tables."""
    begins, ends = (datetime(one, 1, 1, tzinfo=TZ) for one in (year, year + 1))
    found = Dossier.objects.order_by("pk").alias(end=Coalesce("returned_at", "ended_at"))
    return found.filter(state__in=FINAL_STATES, end__gte=begins, end__lt=ends)


def still_waiting(year: int) -> dict[str, int]:
    """Why how many of this year are still in the live tables."""
    left = ended_in(year)
    return {str(why): count for why, which in waits_for().items() if (count := left.filter(which).count())}


def archive_year(year: int, progress: Callable[[int], object] = lambda moved: None) -> int:
    """Move what ended in this year and waits for nothing; returns how many dossiers.

    `progress` is told how many each batch moved. NotPossibleNow for a year that is not over long enough
    (`ARCHIVE_AFTER_YEARS`) or that was detached.
    """
    newest = _newest_year()
    if year > newest:
        raise NotPossibleNow(
            _("The newest year that may be archived today is %(year)s (ARCHIVE_AFTER_YEARS).")
            % {"year": newest}
        )
    row, _new = ArchivedYear.objects.get_or_create(year=year, defaults={"begun_at": timezone.now()})
    _must_be_attached(row)
    schemas.make(year)
    chain_waiting()
    keys = ended_in(year).aggregate(first=Min("pk"), last=Max("pk"))
    done, low = 0, keys["first"]
    while low is not None and low <= keys["last"]:
        if count := _move(year, low, low + BATCH - 1):
            done += count
            progress(count)
        low += BATCH
    return done


def _must_be_attached(row: ArchivedYear) -> None:
    if row.detached_at is not None:
        sentence = _("The year %(year)s is detached; bring it back first (--restore).")
        raise NotPossibleNow(sentence % {"year": row.year})


@transaction.atomic
def _move(year: int, low: int, high: int) -> int:
    ready = ended_in(year).filter(pk__range=(low, high))
    for which in waits_for().values():
        ready = ready.exclude(which)
    rows = list(ready.select_for_update(skip_locked=True, of=["self"]).values_list("pk", "code", "uuid"))
    if not rows:
        return 0
    of = {
        "ids": [pk for pk, _code, _uuid in rows],
        "references": [name for _pk, code, uuid in rows for name in (code, str(uuid)) if name],
    }
    _note_last_day(year, of["ids"])
    with schemas.archiving() as cursor, pgtrigger.ignore(*doors()):
        for table in moved():
            for statement in _statements(table, schema_of(year)):
                # Written out, because going round triggers puts a positional parameter of its own before.
                cursor.execute(connection.ops.compose_sql(statement, of).replace("%", "%%"))
    ArchivedDossier.objects.bulk_create(
        ArchivedDossier(dossier=pk, code=code, year_id=year) for pk, code, _uuid in rows
    )
    return len(rows)


def _statements(table: Table, schema: str) -> list[str]:
    columns, rows = table.listed, table.rows
    live, away = f"public.{table.name}", f"{schema}.{table.name}"
    move = (
        f"WITH gone AS (DELETE FROM {live} WHERE {{which}} RETURNING {columns})"
        f" INSERT INTO {away} ({columns}) SELECT {columns} FROM gone"
    )
    if table.model is not Document:
        return [move.format(which=rows)]
    # A paper of somebody's store keeps its row: it is handed in again for years.
    kept = f"{rows} AND EXISTS (SELECT 1 FROM public.cases_storedpaper p WHERE p.document_id = {live}.id)"
    return [
        f"INSERT INTO {away} ({columns}) SELECT {columns} FROM {live} WHERE {kept}",
        f"UPDATE {live} SET dossier_id = NULL, component_id = NULL WHERE {kept}",
        move.format(which=rows),
    ]


def _note_last_day(year: int, ids: list[int]) -> None:
    """Whatever happened to these happened by then; figures of such days are closed, see `closed_through`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT max(at) FROM (
                   SELECT at FROM cases_dossierevent WHERE dossier_id = ANY(%(ids)s)
                   UNION ALL SELECT at FROM cases_rating WHERE dossier_id = ANY(%(ids)s)
                   UNION ALL SELECT step.at FROM cases_feedbackstep step
                               JOIN cases_feedback feedback ON feedback.id = step.feedback_id
                              WHERE feedback.dossier_id = ANY(%(ids)s)
                   UNION ALL SELECT rating.at FROM cases_answerrating rating
                               JOIN cases_feedback feedback ON feedback.id = rating.feedback_id
                              WHERE feedback.dossier_id = ANY(%(ids)s)) AS happened""",
            {"ids": ids},
        )
        (last,) = cursor.fetchone()
    day = timezone.localdate(last, TZ) if last else date(year, 12, 31)
    row = ArchivedYear.objects.select_for_update().get(pk=year)
    _must_be_attached(row)
    if row.last_day is None or row.last_day < day:
        row.last_day = day
        row.save(update_fields=["last_day"])
