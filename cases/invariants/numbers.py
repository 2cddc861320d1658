"""Running numbers: from 1, none twice, none left out, and the counter stands at the last one."""

from django.utils.translation import gettext_lazy as _

from cases.invariants.base import Invariant, in_sql

IN_NEW_STYLE = "d.code ~ '^[A-Z]'"  # codes of the old style are never issued, see `cases.codes`


def _sequence(name: str, sentence, *, rows: str, counters: str) -> Invariant:
    """`rows`: SQL of `book` (text) and `number` of what was numbered; `counters`: of `book` and `last`."""
    return in_sql(
        name,
        sentence,
        checked=f"SELECT count(*) FROM ({rows}) AS numbered",
        broken=f"""
            SELECT COALESCE(found.book, counter.book) || ': ' || COALESCE(found.n, 0) || ' ≠ '
                   || COALESCE(counter.last, 0)
              FROM (SELECT book, count(*) AS n, count(DISTINCT number) AS different,
                           min(number) AS first, max(number) AS highest
                      FROM ({rows}) AS numbered GROUP BY book) AS found
              FULL JOIN ({counters}) AS counter ON counter.book = found.book
             WHERE (COALESCE(found.n, 0), COALESCE(found.different, 0), COALESCE(found.highest, 0))
                   <> (COALESCE(counter.last, -1), COALESCE(counter.last, -1), COALESCE(counter.last, -1))
                OR found.first <> 1
             ORDER BY 1
        """,
    )


_CASH_REPORTS = """
    SELECT split_part(number, '/BK-', 1) AS book, split_part(number, '/BK-', 2)::int AS number
      FROM cases_cashreport
     WHERE number LIKE '%%/BK-%%' AND split_part(number, '/', 2)::int >= %(since_year)s
"""

INVARIANTS = (
    _sequence(
        "codes-gapless",
        _("The codes of a desk and day run from 1 without a gap and without one twice, up to their counter."),
        rows=f"""
            SELECT split_part(d.code, '-', 1) || '-' || split_part(d.code, '-', 2) AS book,
                   split_part(d.code, '-', 3)::int AS number
              FROM cases_dossier d
             WHERE {IN_NEW_STYLE} AND d.received_at >= %(since)s
        """,
        counters="""
            SELECT agency_identifier || '-' || to_char(day, 'YYMMDD') AS book, last_number AS last
              FROM cases_codecounter WHERE day >= %(since_day)s
        """,
    ),
    _sequence(
        "log-books-gapless",
        _("The numbers in the log book of a desk and year run from 1 without a gap and without one twice."),
        rows="""
            SELECT desk.identifier || ' ' || d.book_year AS book, d.book_number AS number
              FROM cases_dossier d JOIN procedures_agency desk ON desk.id = d.receiving_desk_id
             WHERE d.book_number IS NOT NULL AND d.book_year >= %(since_year)s
        """,
        counters="""
            SELECT desk.identifier || ' ' || book.year AS book, book.last_number AS last
              FROM cases_logbook book JOIN procedures_agency desk ON desk.id = book.desk_id
             WHERE book.year >= %(since_year)s
        """,
    ),
    _sequence(
        "letters-gapless",
        _("The letters of an agency, kind and year are numbered from 1 without a gap, up to their register."),
        rows="""
            SELECT agency_identifier || ' ' || kind || ' ' || year AS book, number
              FROM notifications_letter WHERE number IS NOT NULL AND year >= %(since_year)s
        """,
        counters="""
            SELECT agency_identifier || ' ' || kind || ' ' || year AS book, last_number AS last
              FROM notifications_letterregister WHERE year >= %(since_year)s
        """,
    ),
    _sequence(
        "feedback-gapless",
        _("The feedback of an agency and year is numbered from 1 without a gap, up to its register."),
        rows="""
            SELECT a.identifier || ' ' || b.year AS book, f.number
              FROM cases_feedback f JOIN cases_feedbackbook b ON b.id = f.book_id
              JOIN procedures_agency a ON a.id = b.agency_id
             WHERE b.year >= %(since_year)s
        """,
        counters="""
            SELECT a.identifier || ' ' || b.year AS book, b.last_number AS last
              FROM cases_feedbackbook b JOIN procedures_agency a ON a.id = b.agency_id
             WHERE b.year >= %(since_year)s
        """,
    ),
    _sequence(
        "registers-gapless",
        _("The entries of a register of certifications are numbered from 1 without a gap."),
        rows="""
            SELECT a.identifier || ' ' || b.kind || ' ' || b.year AS book, e.number
              FROM cases_registerentry e JOIN cases_registerbook b ON b.id = e.book_id
              JOIN procedures_agency a ON a.id = b.agency_id
             WHERE b.year >= %(since_year)s
        """,
        counters="""
            SELECT a.identifier || ' ' || b.kind || ' ' || b.year AS book, b.last_number AS last
              FROM cases_registerbook b JOIN procedures_agency a ON a.id = b.agency_id
             WHERE b.year >= %(since_year)s
        """,
    ),
    _sequence(
        "receipts-gapless",
        _("The fee receipts of a desk and year are numbered from 1 without a gap."),
        rows="""
            SELECT split_part(receipt_number, '/', 1) || ' ' || split_part(receipt_number, '/', 2) AS book,
                   split_part(receipt_number, '/', 3)::int AS number
              FROM cases_payment
             WHERE receipt_number LIKE '%%/%%/%%' AND split_part(receipt_number, '/', 2)::int >= %(since_year)s
        """,
        counters="""
            SELECT agency_identifier || ' ' || year AS book, last_number AS last
              FROM cases_receiptcounter WHERE year >= %(since_year)s
        """,
    ),
    _sequence(
        "cash-reports-gapless",
        _("The day-end cash reports of a desk and year are numbered from 1 without a gap."),
        rows=_CASH_REPORTS,
        counters=f"SELECT book, count(*) AS last FROM ({_CASH_REPORTS}) AS report GROUP BY book",
    ),
    _sequence(
        "tickets-gapless",
        _("The queue numbers of a service and day run from 1 without a gap."),
        rows="""
            SELECT a.identifier || ' ' || s.letter || ' ' || t.day AS book, t.number
              FROM cases_queueticket t JOIN cases_queueservice s ON s.id = t.service_id
              JOIN procedures_agency a ON a.id = s.desk_id
             WHERE t.day >= %(since_day)s
        """,
        counters="""
            SELECT a.identifier || ' ' || s.letter || ' ' || q.day AS book, q.last_number AS last
              FROM cases_queueday q JOIN cases_queueservice s ON s.id = q.service_id
              JOIN procedures_agency a ON a.id = s.desk_id
             WHERE q.day >= %(since_day)s
        """,
    ),
)
