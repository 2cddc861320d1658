"""What happens once for each cause, however often a worker was killed or ran twice."""

from django.utils.translation import gettext_lazy as _

from cases.invariants.base import Invariant, in_sql
from notifications.enums import DRAFTED_KINDS, FINAL_KINDS, LetterKind, LetterState


def _listed(values) -> str:
    """SQL of a list of our own enum values."""
    return ", ".join(f"'{value}'" for value in sorted(values))


def _once(name: str, sentence, *, table: str, keys: str, where: str = "TRUE", shown: str) -> Invariant:
    """At most one row for each combination of `keys` among the rows of `where`."""
    return in_sql(
        name,
        sentence,
        checked=f"SELECT count(*) FROM {table} WHERE {where}",
        broken=f"""
            SELECT min(({shown})::text) FROM {table} WHERE {where}
             GROUP BY {keys} HAVING count(*) > 1 ORDER BY 1
        """,
    )


_APOLOGY = f"l.kind = '{LetterKind.APOLOGY}'"

INVARIANTS = (
    in_sql(
        "one-overdue-flag",
        _("A flag has exactly one event, of the same moment, and no promise is reported overdue twice."),
        checked="""
            SELECT count(*) FROM cases_dossier WHERE overdue_flagged_at IS NOT NULL AND filed_at >= %(since)s
        """,
        broken="""
            SELECT d.code FROM cases_dossier d
             WHERE d.overdue_flagged_at IS NOT NULL AND d.filed_at >= %(since)s
               AND (SELECT count(*) FROM cases_dossierevent e WHERE e.dossier_id = d.id
                       AND e.kind = %(overdue)s AND e.at = d.overdue_flagged_at) <> 1
            UNION
            SELECT d.code
              FROM (SELECT e.dossier_id, e.kind,
                           lag(e.kind) OVER (PARTITION BY e.dossier_id ORDER BY e.id) AS before
                      FROM cases_dossierevent e
                     WHERE e.at >= %(since)s
                       AND (e.kind = %(overdue)s OR e.kind = %(undone)s OR e.kind = ANY(%(promises)s))
                   ) AS step
              JOIN cases_dossier d ON d.id = step.dossier_id
             WHERE step.kind = %(overdue)s AND step.before = %(overdue)s
        """,
    ),
    _once(
        "one-live-letter",
        _("Of each kind that is drafted there is at most one live letter for a dossier and cycle."),
        table="notifications_letter",
        keys="kind, reference, cycle",
        where=f"kind IN ({_listed(DRAFTED_KINDS)}) AND state <> '{LetterState.CANCELLED}'"
        " AND drafted_at >= %(since)s",
        shown="reference",
    ),
    _once(
        "one-final-letter",
        _("A refusal or a notice of the end is issued once for a dossier."),
        table="notifications_letter",
        keys="kind, reference",
        where=f"kind IN ({_listed(FINAL_KINDS)}) AND drafted_at >= %(since)s",
        shown="reference",
    ),
    _once(
        "one-letter-for-a-key",
        _("A letter that belongs to a step is issued once for that step."),
        table="notifications_letter",
        keys="key",
        where="key <> '' AND drafted_at >= %(since)s",
        shown="reference",
    ),
    in_sql(
        "apology-draft-has-its-event",
        _("Every apology that was drafted stands in the history of its dossier, and the other way round."),
        checked=f"SELECT count(*) FROM notifications_letter l WHERE {_APOLOGY} AND l.drafted_at >= %(since)s",
        broken=f"""
            SELECT COALESCE(letters.code, events.code)
              FROM (SELECT l.reference AS code, count(*) AS n FROM notifications_letter l
                     WHERE {_APOLOGY} AND l.drafted_at >= %(since)s GROUP BY 1) AS letters
              FULL JOIN (SELECT d.code, count(*) AS n
                           FROM cases_dossierevent e JOIN cases_dossier d ON d.id = e.dossier_id
                          WHERE e.kind = %(drafted)s AND e.at >= %(since)s GROUP BY 1) AS events
                ON events.code = letters.code
             WHERE letters.n IS DISTINCT FROM events.n
             ORDER BY 1
        """,
    ),
    _once(
        "one-message",
        _("A recipient is told of an event once by each channel."),
        table="notifications_message",
        keys="event_key, channel, recipient",
        where="created_at >= %(since)s",
        shown="COALESCE(NULLIF(reference, ''), event_key)",
    ),
    in_sql(
        "sent-message-has-a-successful-attempt",
        _("Every message that counts as sent has an attempt that succeeded."),
        checked="SELECT count(*) FROM notifications_message WHERE sent_at >= %(since)s",
        broken="""
            SELECT COALESCE(NULLIF(m.reference, ''), m.event_key) FROM notifications_message m
             WHERE m.sent_at >= %(since)s
               AND NOT EXISTS (SELECT 1 FROM notifications_messageattempt a
                                WHERE a.message_id = m.id AND a.succeeded)
        """,
    ),
    _once(
        "one-escalation",
        _("Each rung of the escalation ladder is told once for each promise."),
        table="cases_escalation",
        keys="dossier_id, cycle, due_at, working_days",
        where="at >= %(since)s",
        shown="(SELECT d.code FROM cases_dossier d WHERE d.id = dossier_id)",
    ),
    _once(
        "one-reschedule",
        _("An apology moves the due date at most once in a completion cycle."),
        table="cases_reschedule",
        keys="dossier_id, cycle",
        where="at >= %(since)s",
        shown="(SELECT d.code FROM cases_dossier d WHERE d.id = dossier_id)",
    ),
    _once(
        "one-move-by-a-revision",
        _("A change of the calendar moves a dossier at most once."),
        table="cases_calendarmove",
        keys="revision_id, dossier_id",
        where="at >= %(since)s",
        shown="(SELECT d.code FROM cases_dossier d WHERE d.id = dossier_id)",
    ),
)
