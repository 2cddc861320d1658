"""What is exchanged with other installations: each request came once, and what was sent went in order (R20)."""

from django.utils.translation import gettext_lazy as _

from cases.invariants.base import in_sql

INVARIANTS = (
    in_sql(
        "exchange-request-came",
        _(
            "Every request of another installation came in a package, and every package of a request made one."
        ),
        checked="SELECT count(*) FROM cases_incomingrequest WHERE arrived_at >= %(since)s",
        broken="""
            SELECT r.code
              FROM cases_incomingrequest r
             WHERE NOT EXISTS (SELECT 1 FROM cases_exchangearrival a
                                WHERE a.request_id = r.id AND a.kind = 'request' AND a.outcome = 'taken'
                                  AND a.partner = r.partner)
             ORDER BY 1
        """,
    ),
    in_sql(
        "exchange-told-in-order",
        _("Nothing waits for another installation behind what was delivered of the same dossier after it."),
        checked="SELECT count(*) FROM cases_exchangemessage WHERE created_at >= %(since)s",
        broken="""
            SELECT m.code
              FROM cases_exchangemessage m
             WHERE m.state NOT IN ('delivered', 'given_up')
               AND EXISTS (SELECT 1 FROM cases_exchangemessage later
                            WHERE later.partner = m.partner AND later.thread = m.thread AND later.id > m.id
                              AND later.state = 'delivered')
             ORDER BY 1
        """,
    ),
)
