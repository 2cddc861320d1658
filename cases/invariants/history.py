"""Dossiers and their history say the same."""

from django.utils.translation import gettext_lazy as _

from cases.invariants.base import in_sql

DOSSIERS = "SELECT count(*) FROM cases_dossier d WHERE d.filed_at >= %(since)s"
EVENTS = "SELECT count(*) FROM cases_dossierevent e WHERE e.at >= %(since)s"
CODE = "COALESCE(d.code, '#' || d.id)"

INVARIANTS = (
    in_sql(
        "dossier-has-events",
        _("Every dossier has a history."),
        checked=DOSSIERS,
        broken=f"""
            SELECT {CODE} FROM cases_dossier d
             WHERE d.filed_at >= %(since)s
               AND NOT EXISTS (SELECT 1 FROM cases_dossierevent e WHERE e.dossier_id = d.id)
        """,
    ),
    in_sql(
        "event-has-dossier",
        _("Every event belongs to a dossier."),
        checked=EVENTS,
        broken="""
            SELECT '#' || e.id FROM cases_dossierevent e
             WHERE e.at >= %(since)s
               AND NOT EXISTS (SELECT 1 FROM cases_dossier d WHERE d.id = e.dossier_id)
        """,
    ),
    in_sql(
        "state-is-of-the-last-event",
        _("A dossier is in the state in which its last event left it."),
        checked=DOSSIERS,
        # By key, not by time: keys are drawn with the dossier locked, and clocks are sometimes put back.
        broken=f"""
            SELECT {CODE} FROM cases_dossier d CROSS JOIN LATERAL (
                   SELECT e.to_state FROM cases_dossierevent e
                    WHERE e.dossier_id = d.id ORDER BY e.id DESC LIMIT 1) AS last
             WHERE d.filed_at >= %(since)s AND last.to_state <> d.state
        """,
    ),
    in_sql(
        "event-follows-the-one-before",
        _("Every event begins in the state in which the one before it ended."),
        checked=EVENTS,
        broken=f"""
            SELECT {CODE}
              FROM (SELECT e.dossier_id, e.from_state,
                           lag(e.to_state) OVER (PARTITION BY e.dossier_id ORDER BY e.id) AS before
                      FROM cases_dossierevent e WHERE e.at >= %(since)s) AS step
              JOIN cases_dossier d ON d.id = step.dossier_id
             WHERE step.from_state <> '' AND step.from_state <> step.before
        """,
    ),
    in_sql(
        "state-has-its-facts",
        _("Result, return and end are there exactly in the states that have them; an open dossier has none."),
        checked=DOSSIERS,
        broken=f"""
            SELECT {CODE} FROM cases_dossier d
             WHERE d.filed_at >= %(since)s AND NOT (
                   (d.finished_at IS NULL) = (d.result_kind = '')
                   AND (d.finished_at IS NULL OR d.state = ANY(%(with_result)s))
                   AND (d.finished_at IS NOT NULL OR d.state <> ALL(%(settled)s))
                   AND (d.returned_at IS NOT NULL) = (d.state = %(returned)s)
                   AND (d.ended_at IS NOT NULL) = (d.state = ANY(%(ended)s))
                   AND (d.state <> ALL(%(accepted)s) OR (d.code IS NOT NULL AND d.received_at IS NOT NULL
                        AND d.clock_started_at IS NOT NULL AND d.due_at IS NOT NULL)))
        """,
    ),
    in_sql(
        "one-step-at-a-time",
        _("Of a dossier at most one step runs, and at most one request to complete it is unanswered."),
        checked=DOSSIERS,
        broken=f"""
            SELECT {CODE} FROM cases_dossier d
              JOIN (SELECT dossier_id FROM cases_steprun WHERE done_at IS NULL
                     GROUP BY dossier_id HAVING count(*) > 1
                    UNION
                    SELECT dossier_id FROM cases_supplement WHERE answered_at IS NULL
                     GROUP BY dossier_id HAVING count(*) > 1) AS twice ON twice.dossier_id = d.id
             WHERE d.filed_at >= %(since)s
        """,
    ),
)
