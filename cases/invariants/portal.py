"""What the national portal was told: each message once, in order, and only what may follow (R45)."""

from django.utils.translation import gettext_lazy as _

from cases.invariants.base import in_sql
from cases.portal.statuses import BEGINNINGS, PortalStatus, following

# Before the first message: 0. Both ways out of a supplement, before and after reception.
_ALLOWED = {(0, after.value) for after in BEGINNINGS} | {
    (before.value, after.value)
    for before in PortalStatus
    for received in (True, False)
    for after in following(before, received=received)
}
_PAIRS = ", ".join(f"({before}, {after})" for before, after in sorted(_ALLOWED))

INVARIANTS = (
    in_sql(
        "portal-messages-gapless",
        _("The messages of a dossier to the portal are numbered without a gap up to the last one."),
        checked="SELECT count(*) FROM cases_portaldossier",
        broken="""
            SELECT p.code
              FROM cases_portaldossier p
              LEFT JOIN (SELECT dossier_id, count(*) AS n, max(number) AS last
                           FROM cases_portalmessage GROUP BY 1) m ON m.dossier_id = p.dossier_id
             WHERE COALESCE(m.n, 0) <> p.last_number OR COALESCE(m.last, 0) <> p.last_number
             ORDER BY 1
        """,
    ),
    in_sql(
        "portal-told-in-order",
        _(
            "Nothing waits for the portal behind what was sent after it, and of what is accepted nothing waits."
        ),
        checked="SELECT count(*) FROM cases_portalmessage WHERE at >= %(since)s",
        broken="""
            SELECT p.code
              FROM cases_portaldossier p
              JOIN (SELECT dossier_id, min(number) FILTER (WHERE state = 'waiting') AS waits,
                           max(number) FILTER (WHERE state = 'sent') AS sent
                      FROM cases_portalmessage GROUP BY 1) m ON m.dossier_id = p.dossier_id
             WHERE m.waits < m.sent OR (m.waits IS NOT NULL AND p.state = 'accepted')
             ORDER BY 1
        """,
    ),
    in_sql(
        "portal-statuses-follow",
        _("The portal was told only of statuses that may follow each other, unless it was found to differ."),
        checked="SELECT count(*) FROM cases_portalmessage WHERE kind = 'dossier' AND state = 'sent'",
        broken=f"""
            SELECT DISTINCT p.code
              FROM (SELECT m.dossier_id, m.status,
                           lag(m.status) OVER (PARTITION BY m.dossier_id ORDER BY m.number) AS before
                      FROM cases_portalmessage m
                     WHERE m.kind = 'dossier' AND m.state = 'sent') AS step
              JOIN cases_portaldossier p ON p.dossier_id = step.dossier_id
             WHERE step.status IS DISTINCT FROM step.before
               AND (COALESCE(step.before, 0), step.status) NOT IN (VALUES {_PAIRS})
               AND NOT EXISTS (SELECT 1 FROM cases_portalfiling f WHERE f.dossier_id = step.dossier_id)
               AND NOT EXISTS (SELECT 1 FROM cases_portaldifference d WHERE d.dossier_id = step.dossier_id)
             ORDER BY 1
        """,
    ),
)
