"""Counts visits of the guidance pages; nothing is kept of the visitor."""

import re

from django.db import connection
from django.utils import timezone

from procedures.models import Procedure

# Programs that say so; who hides it is counted.
_PROGRAM = re.compile(r"bot|crawl|spider|slurp|curl|wget|python|monitor|preview|headless", re.IGNORECASE)


def count_visit(procedure: Procedure, *, agent: str) -> bool:
    """One more visit of today (Asia/Ho_Chi_Minh); False for a program that says so, or that says nothing.

    `agent`: what the browser calls itself; it is looked at and not kept.
    """
    if not agent.strip() or _PROGRAM.search(agent):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_guidancevisits (procedure_id, day, visits) VALUES (%s, %s, 1)"
            " ON CONFLICT (day, procedure_id) DO UPDATE SET visits = cases_guidancevisits.visits + 1",
            [procedure.pk, timezone.localdate()],
        )
    return True
