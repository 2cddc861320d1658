"""Writing the report of an agency and a period: short ones at once, long ones by a worker, as lists are."""

import io
import logging
from collections.abc import Iterable
from urllib.parse import parse_qsl

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.errors import Invalid
from cases.excel import write_book
from cases.letters import head_of, inherited
from cases.models import ExportForm, ListExport
from cases.report.contents import parts_of
from cases.report.late import late_dossiers
from cases.report.tables import Part, Table, bare, shown
from cases.scorecard import dossiers, facts, periods
from cases.scorecard.scope import Scope
from notifications.pdf import report_pdf
from notifications.reports import REPORT, ReportPart, ReportPayload, ReportTable
from onestop import access
from onestop.keyset import count_up_to
from procedures.models import Agency

logger = logging.getLogger(__name__)

AT_ONCE = 2_000  # dossiers of the period that nobody has to wait for
MOST_LATE = 20_000  # rows of the longest list; beyond that a part of the tree is reported
WIDTH = 9  # characters of a spreadsheet per share of a page's width


def scope_of(agency: Agency, period: str, now=None) -> Scope:
    """Agency and period, such as 2026-10. Raises a `CannotCount` with a sentence for a period that is none."""
    return facts.scope_of(agency, periods.read(period), now or timezone.now())


def is_large(scope: Scope) -> bool:
    """That there is more to count than anybody should wait for: a worker does it."""
    # Not what was handled: when something was settled is asked of its history, for each dossier.
    return count_up_to(dossiers.there(dossiers.decided_by(scope), scope), AT_ONCE) > AT_ONCE


def write_report(scope: Scope, form: str) -> bytes:
    """The whole report as an Excel file, or as PDF in Vietnamese."""
    if form == ExportForm.REPORT_PDF:
        return report_pdf(payload_of(scope))
    buffer = io.BytesIO()
    write_book(buffer, [(part.title, _sheet(part)) for part in parts_of(scope)])
    return buffer.getvalue()


def report_at_once(scope: Scope, form: str, *, by) -> bytes | None:
    """The file, when there is little to count; None when a worker should write it."""
    if is_large(scope):
        return None
    content = write_report(scope, form)
    _log(by, scope)
    return content


def written_by_worker(export: ListExport) -> bytes:
    """What was asked for, of what the person still answers for by now. Raises `Invalid`, `CannotCount`."""
    params = dict(parse_qsl(export.query))
    agencies = access.agencies_of(export.user) if access.sees_reports(export.user) else Agency.objects.none()
    agency = agencies.filter(identifier=params.get("agency", "")).first()
    if agency is None:
        raise Invalid(_("This agency is not among yours any more."), field="agency")
    scope = scope_of(agency, params.get("period", ""))
    if count_up_to(late_dossiers(scope), MOST_LATE) > MOST_LATE:
        raise Invalid(_("This report is too long for one file. Ask for the agencies below, one by one."))
    with translation.override(export.language):
        content = write_report(scope, export.form)
    _log(export.user, scope)
    return content


def payload_of(scope: Scope) -> ReportPayload:
    """The report as it is printed: Vietnamese, whoever prints it."""
    agency = scope.agency
    with translation.override("vi"):
        return ReportPayload(
            **head_of(agency),
            form=REPORT,
            period=period_words(scope),
            warning=unfinished_words(scope),
            parts=tuple(_printed(part) for part in parts_of(scope)),
            made_at=scope.now,
            signer_title=inherited(agency, "head_title"),
            signer_name=inherited(agency, "head_name"),
        )


def period_words(scope: Scope) -> str:
    return _("%(agency)s, from %(first)s to %(last)s") % {
        "agency": scope.agency.name,
        "first": f"{scope.period.first:%d/%m/%Y}",
        "last": f"{scope.period.last:%d/%m/%Y}",
    }


def unfinished_words(scope: Scope) -> str:
    """Empty for a period that is over."""
    if scope.is_over:
        return ""
    return _("The period is not over: counted up to %(moment)s.") % {
        "moment": f"{timezone.localtime(scope.now):%d/%m/%Y %H:%M}"
    }


def _printed(part: Part) -> ReportPart:
    return ReportPart(title=str(part.title), tables=tuple(_printed_table(table) for table in part.tables))


def _printed_table(table: Table) -> ReportTable:
    return ReportTable(
        title=str(table.title),
        headers=tuple(str(column.title) for column in table.columns),
        widths=tuple(column.width for column in table.columns),
        numbers=tuple(column.is_number for column in table.columns),
        rows=tuple(tuple(shown(value) for value in row) for row in table.rows),
        note=str(table.note),
    )


def _sheet(part: Part) -> Iterable[tuple]:
    for table in part.tables:
        yield (
            str(table.title),
            str(table.note),
            [str(column.title) for column in table.columns],
            [[bare(value) for value in row] for row in table.rows],
            [max(column.width * WIDTH, 12) for column in table.columns],
        )


def _log(user, scope: Scope) -> None:
    logger.info(
        "report written: staff %s, agency %s, period %s", user.pk, scope.agency.identifier, scope.period
    )
