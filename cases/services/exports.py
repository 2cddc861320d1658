"""The dossier list as an Excel file: short ones at once, long ones by a worker that shows how far it is.

A file names people: it is of one person, is forgotten after `EXPORT_KEPT_HOURS`, and what the log keeps of it
are the filters and the number of rows.
"""

import io
import json
import logging
import tempfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases import lists
from cases.enums import ExportState
from cases.errors import CaseError, Invalid
from cases.excel import write_list
from cases.limits import CannotCount
from cases.models import ExportForm, ListExport
from cases.scorecard.scope import Scope
from cases.services import reports
from cases.services.lists import LONGEST_QUERY, address_of, columns_of
from onestop.encryption import marking_unreadable
from onestop.keyset import COUNTED, SortKey, count_up_to

logger = logging.getLogger(__name__)

AT_ONCE = 2_000  # rows that nobody has to wait for
MOST_ROWS = 200_000  # far below what a sheet can hold; a worker has a quarter of an hour
MOST_WAITING = 5  # of one person
CHUNK = 1_000
ABANDONED = timedelta(minutes=5)  # without a sign of life, somebody else begins again
GIVEN_UP = timedelta(hours=1)
WIDTHS = {"code": 24, "procedure": 50, "applicant": 30, "holder": 28, "subject": 40, "address": 40}


@marking_unreadable("a list as Excel")
def export_at_once(user, query: str, *, text: str = "") -> bytes | None:
    """The file, when it has at most `AT_ONCE` rows; `text` narrows as the search box does."""
    params = params_of(query)
    found = lists.dossiers(user, params).search(text) if text else lists.dossiers(user, params)
    if count_up_to(found, AT_ONCE) > AT_ONCE:
        return None
    columns, buffer = columns_of(user), io.BytesIO()
    key = sort_key(user, params)
    rows = _write(buffer, columns, key.ordered(found)[:AT_ONCE])
    _log(user, query, rows, searched=bool(text))
    return buffer.getvalue()


def ask_export(user, query: str) -> ListExport:
    """Let a worker write the file; it finds what the person may see by then. Raises `Invalid`.

    Nothing is sent to a worker here, see `cases.tasks.write_exports_soon`.
    """
    query = address_of(query)
    if len(query) > LONGEST_QUERY:
        raise Invalid(_("These filters are too long to be saved. Choose fewer."), field="query")
    check_room(user)
    found = lists.dossiers(user, params_of(query))
    return ListExport.objects.create(
        user=user,
        query=query,
        columns=columns_of(user),
        language=(translation.get_language() or settings.LANGUAGE_CODE)[:2],
        rows_about=min(_about(found), MOST_ROWS),
        asked_at=timezone.now(),
    )


def ask_report(user, scope: Scope, form: str) -> ListExport:
    """Let a worker write a report, of what the person answers for by then. Raises `Invalid`."""
    check_room(user)
    return ListExport.objects.create(
        user=user,
        form=form,
        query=urlencode({"agency": scope.agency.identifier, "period": str(scope.period)}),
        language=(translation.get_language() or settings.LANGUAGE_CODE)[:2],
        rows_about=1,
        asked_at=timezone.now(),
    )


def check_room(user) -> None:
    """Raises `Invalid` when workers have enough to do for this person."""
    waiting = ListExport.objects.filter(user=user, state__in=[ExportState.WAITING, ExportState.RUNNING])
    if waiting.count() >= MOST_WAITING:
        raise Invalid(
            _t("%(most)s of your exports are still being written. Wait for one of them.")
            % {"most": MOST_WAITING}
        )


def write_waiting_exports() -> int:
    """Write what waits, one after the other, also what a worker left behind; returns how many."""
    _give_up()
    written = 0
    while export := _claim():
        try:
            _write_export(export)
        except Exception:
            _fail(export, _("The file could not be written. Ask again, or tell the administrator."))
            raise
        written += 1
    return written


def forget_old_exports(now=None) -> int:
    """Delete files and rows that are older than `EXPORT_KEPT_HOURS`; returns how many."""
    before = (now or timezone.now()) - timedelta(hours=settings.EXPORT_KEPT_HOURS)
    old = list(ListExport.objects.filter(asked_at__lt=before))
    for export in old:
        delete_export(export)
    return len(old)


def delete_export(export: ListExport) -> None:
    """The row first: a file without a row is nobody's, a row without a file would be offered."""
    file = export.file
    export.delete()
    if file:
        file.storage.delete(file.name)


def params_of(query: str) -> dict[str, str]:
    return dict(parse_qsl(address_of(query)))


def sort_key(user, params: Mapping[str, str]) -> SortKey:
    name = params.get("o") or lists.default_sort(user, params)
    if name.removeprefix("-") not in lists.sort_keys(params):
        name = lists.default_sort(user, params)
    key = lists.SORT_KEYS[name.removeprefix("-")]
    return key.reversed if name.startswith("-") else key


def _give_up() -> None:
    """What workers have died of for an hour is not tried again."""
    now = timezone.now()
    for export in ListExport.objects.filter(
        state=ExportState.RUNNING, touched_at__lt=now - ABANDONED, asked_at__lt=now - GIVEN_UP
    ):
        _fail(export, _("No worker could finish the file. Narrow the list by filters and ask again."))


def _fail(export: ListExport, sentence) -> None:
    """Sentences are kept in the language of the one who asked; `sentence` is translated when it is read."""
    with translation.override(export.language):
        _end(ListExport.objects.filter(pk=export.pk), ExportState.FAILED, problem=str(sentence))


def _claim() -> ListExport | None:
    """The next export for this worker alone, by a conditional UPDATE."""
    now = timezone.now()
    free = Q(state=ExportState.WAITING) | Q(state=ExportState.RUNNING, touched_at__lt=now - ABANDONED)
    for pk in ListExport.objects.filter(free).order_by("asked_at").values_list("pk", flat=True):
        mine = ListExport.objects.filter(free, pk=pk)
        if mine.update(state=ExportState.RUNNING, touched_at=now, rows_done=0):
            return ListExport.objects.select_related("user").get(pk=pk)
    return None


def _write_report(export: ListExport) -> None:
    try:
        content = reports.written_by_worker(export)
    except (CaseError, CannotCount) as error:
        _fail(export, str(error.sentence if isinstance(error, CaseError) else error))
        return
    suffix = "pdf" if export.form == ExportForm.REPORT_PDF else "xlsx"
    name = f"{timezone.localtime(export.asked_at):%Y%m%d-%H%M}-{export.pk}.{suffix}"
    export.file.save(name, ContentFile(content), save=False)
    row = ListExport.objects.filter(pk=export.pk)
    if not _end(row, ExportState.DONE, file=export.file.name, rows_done=1):
        export.file.storage.delete(export.file.name)  # deleted by its owner meanwhile


@marking_unreadable("an export by a worker")
def _write_export(export: ListExport) -> None:
    if export.form != ExportForm.LIST:
        _write_report(export)
        return
    user, row = export.user, ListExport.objects.filter(pk=export.pk)
    found = lists.dossiers(user, params_of(export.query))
    if count_up_to(found, MOST_ROWS) > MOST_ROWS:
        _fail(export, _("This list is too long for one file. Narrow it by filters and export the parts."))
        return
    with tempfile.TemporaryFile() as file, translation.override(export.language):
        key = sort_key(user, params_of(export.query))
        written = _write(file, lists.columns_for(user.role, export.columns), _in_chunks(found, key, row))
        file.seek(0)
        export.file.save(
            f"{timezone.localtime(export.asked_at):%Y%m%d-%H%M}-{export.pk}.xlsx", File(file), save=False
        )
    if not _end(row, ExportState.DONE, file=export.file.name, rows_done=written):
        export.file.storage.delete(export.file.name)  # deleted by its owner meanwhile
        return
    _log(user, export.query, written)


def _end(row: QuerySet, state: ExportState, **facts) -> bool:
    now = timezone.now()
    return bool(row.update(state=state, finished_at=now, touched_at=now, **facts))


def _in_chunks(found: QuerySet, key: SortKey, row: QuerySet) -> Iterator:
    """All rows by position, a chunk in memory at a time; tells after each how far it is."""
    done, cursor = 0, ""
    while chunk := list(key.ordered(key.beyond(found, cursor) if cursor else found)[:CHUNK]):
        yield from chunk
        done, cursor = done + len(chunk), key.cursor(chunk[-1])
        row.update(rows_done=done, touched_at=timezone.now())


def _write(target, columns: list[str], dossiers) -> int:
    chosen = [lists.COLUMNS[name] for name in columns]
    return write_list(
        target,
        _t("Dossiers"),
        [str(column.title)[:1].upper() + str(column.title)[1:] for column in chosen],
        ([column.value(dossier) for column in chosen] for dossier in dossiers),
        [WIDTHS.get(name, 18) for name in columns],
    )


def _about(found: QuerySet) -> int:
    """What the planner of the database thinks; counted where there are few."""
    counted = count_up_to(found)
    if counted <= COUNTED:
        return counted
    plan = json.loads(found.order_by().explain(format="json"))
    return max(counted, int(plan[0]["Plan"]["Plan Rows"]))


def _log(user, query: str, rows: int, *, searched: bool = False) -> None:
    logger.info(
        "list exported: staff %s, filters %s%s, %s rows",
        user.pk,
        address_of(query) or "none",
        " and a search" if searched else "",
        rows,
    )
