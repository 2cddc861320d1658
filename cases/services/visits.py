"""Counts visits of the guidance pages; nothing is kept of the visitor."""

import logging
import re

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from procedures.models import Procedure

logger = logging.getLogger(__name__)

# Programs that say so; who hides it is counted.
_PROGRAM = re.compile(r"bot|crawl|spider|slurp|curl|wget|python|monitor|preview|headless", re.IGNORECASE)


def count_visit(procedure: Procedure, *, agent: str) -> bool:
    """One more visit of today (Asia/Ho_Chi_Minh); False for a program that says so, or that says nothing, and
    where nothing can be written.

    `agent`: what the browser calls itself; it is looked at and not kept.
    """
    if not agent.strip() or _PROGRAM.search(agent):
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO cases_guidancevisits (procedure_id, day, visits) VALUES (%s, %s, 1)"
                " ON CONFLICT (day, procedure_id) DO UPDATE SET visits = cases_guidancevisits.visits + 1",
                [procedure.pk, timezone.localdate()],
            )
    except DatabaseError as error:  # a full disk, or a database that may only be read: people go on reading
        logger.warning("a visit of %s is not counted: %s", procedure.code, error)
        return False
    return True
