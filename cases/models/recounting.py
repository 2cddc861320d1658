"""Triggers that have past days counted again when a fact changes backwards, see `cases.models.Recount`.

What happens now belongs to a day that nobody has counted yet, and leaves no row. A result taken back, a
reception entered later or a complaint refused after weeks does.

Whether a day is counted already is asked under a lock that is held, shared, until the commit. A worker takes it
alone to close a day (`cases.services.rollups`), so no fact of that day is still uncommitted and without a row.
"""

import pgtrigger

DAY = "(changed.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
READY = "('paid', 'returned')"
CLOSING = 0xDA75  # any number: held shared by who changes what is counted, alone by who closes a day
ALWAYS = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


def _again(name: str, operation, changed: str) -> pgtrigger.Trigger:
    """`changed` is SQL about `NEW` and `OLD`: rows of an agency and a moment, from whose day on is counted."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=operation,
        func=f"""
            PERFORM pg_advisory_xact_lock_shared({CLOSING});
            INSERT INTO cases_recount (agency_id, first_day)
            SELECT DISTINCT changed.agency, {DAY}
              FROM ({changed}) AS changed (agency, at)
             WHERE changed.agency IS NOT NULL
               AND {DAY} <= (SELECT max(last_day) FROM cases_rolledup);
            RETURN NULL;
        """,
    )


def _of_dossier(name: str, operation, moment: str, row: str = "NEW") -> pgtrigger.Trigger:
    """The same for what belongs to a dossier, which is there as `dossier`."""
    changed = (
        f"SELECT dossier.competent_agency_id, {moment} FROM cases_dossier dossier"
        f" WHERE dossier.id = {row}.dossier_id"
    )
    return _again(name, operation, changed)


def _moved(*fields: str) -> str:
    """SQL for the earlier of what a moment was and what it is, for each that changed."""
    return ", ".join(
        f"CASE WHEN OLD.{name} IS DISTINCT FROM NEW.{name} THEN LEAST(OLD.{name}, NEW.{name}) END"
        for name in fields
    )


_OTHERWISE_COUNTED = " OR ".join(
    f"OLD.{name} IS DISTINCT FROM NEW.{name}"
    for name in ("competent_agency_id", "version_id", "channel", "return_channel", "reception_place")
)

OF_DOSSIERS = [
    _again(
        "dossier_counted",
        pgtrigger.Insert,
        "SELECT NEW.competent_agency_id, LEAST(NEW.filed_at, NEW.received_at)",
    ),
    _again(
        "dossier_counted_again",
        pgtrigger.Update,
        f"""
        SELECT agency, LEAST(
            {_moved("filed_at", "received_at", "first_due_at", "due_at", "finished_at", "returned_at", "ended_at")},
            CASE WHEN {_OTHERWISE_COUNTED} THEN LEAST(NEW.filed_at, NEW.received_at) END,
            CASE WHEN OLD.state IN {READY} AND NEW.state NOT IN {READY} THEN OLD.finished_at END)
          FROM (VALUES (OLD.competent_agency_id), (NEW.competent_agency_id),
                (CASE WHEN OLD.finished_at IS DISTINCT FROM NEW.finished_at THEN NEW.receiving_desk_id END)
               ) AS concerned (agency)
        """,
    ),
]
OF_COMPONENTS = [
    _of_dossier(
        "component_counted_again",
        pgtrigger.Insert | pgtrigger.Update,
        "dossier.received_at",
    ),
    _of_dossier("component_not_counted_again", pgtrigger.Delete, "dossier.received_at", "OLD"),
]
OF_DOCUMENTS = [
    _of_dossier("document_counted_again", pgtrigger.Insert, "NEW.added_at"),
    _of_dossier("document_not_counted_again", pgtrigger.Delete, "OLD.added_at", "OLD"),
]
OF_EVENTS = [
    _of_dossier(
        "event_counted_again",
        pgtrigger.Insert,
        "CASE WHEN NEW.kind IN ('settled', 'started', 'clarification') THEN NEW.at END",
    ),
]
OF_SUPPLEMENTS = [
    _of_dossier("supplement_counted_again", pgtrigger.Insert, "LEAST(NEW.asked_at, NEW.answered_at)"),
    _of_dossier("supplement_answered_counted_again", pgtrigger.Update, f"LEAST({_moved('answered_at')})"),
]
OF_STEPS = [
    _again(
        "step_counted_again",
        pgtrigger.Insert,
        "SELECT NEW.unit_id, LEAST(NEW.started_at, NEW.done_at)",
    ),
    _again(
        "step_done_counted_again",
        pgtrigger.Update,
        f"""
        SELECT unit, LEAST(
            {_moved("started_at", "due_at", "done_at")},
            CASE WHEN OLD.officer_id IS DISTINCT FROM NEW.officer_id OR OLD.unit_id IS DISTINCT FROM NEW.unit_id
                 THEN NEW.started_at END)
          FROM (VALUES (OLD.unit_id), (NEW.unit_id)) AS concerned (unit)
        """,
    ),
]
OF_FEES = [_of_dossier("fee_counted_again", pgtrigger.Insert, "dossier.received_at")]
OF_PAYMENTS = [_of_dossier("payment_counted_again", pgtrigger.Insert, "NEW.paid_at")]
OF_RATING_SCORES = [
    _again(
        "rating_counted_again",
        pgtrigger.Insert,
        """
        SELECT dossier.competent_agency_id, rating.at
          FROM cases_rating rating JOIN cases_dossier dossier ON dossier.id = rating.dossier_id
         WHERE rating.id = NEW.rating_id
        """,
    )
]
OF_FEEDBACK = [
    _again(
        "feedback_counted_again",
        pgtrigger.Insert,
        """
        SELECT NEW.agency_id, NEW.sent_at
        UNION SELECT dossier.competent_agency_id, NEW.sent_at
                FROM cases_dossier dossier WHERE dossier.id = NEW.dossier_id
        """,
    ),
    # A refused complaint never was one.
    _of_dossier(
        "feedback_refused_counted_again",
        pgtrigger.Update,
        "CASE WHEN (OLD.state = 'refused') <> (NEW.state = 'refused') THEN NEW.sent_at END",
    ),
]
OF_ANSWER_RATINGS = [
    _again(
        "answer_rating_counted",
        pgtrigger.Insert,
        "SELECT feedback.agency_id, NEW.at FROM cases_feedback feedback WHERE feedback.id = NEW.feedback_id",
    )
]
OF_FEEDBACK_STEPS = [
    _again(
        "feedback_step_counted_again",
        pgtrigger.Insert,
        "SELECT NEW.agency_id, NEW.at UNION SELECT NEW.to_agency_id, NEW.at",
    )
]
