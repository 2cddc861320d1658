"""The overdue list as an Excel file (R53)."""

from collections.abc import Iterator
from io import BytesIO

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.admin.downloads import private
from cases.admin.overdue import LATE, address, known_part, readers_only, share_words
from cases.admin.scope import visible
from cases.admin.shown import duration
from cases.excel import EXCEL_TYPE, write_list
from cases.late import LateRow, late_dossiers, rows_of
from onestop import reading
from onestop.encryption import marking_unreadable
from onestop.keyset import count_up_to
from procedures.calendars import remembered_calendars

MOST = 5_000  # rows that are written while somebody waits
CHUNK = 500
WIDTHS = (24, 16, 40, 26, 20, 34, 30, 34, 18, 10, 10, 60, 40, 18, 12)


@require_POST
@marking_unreadable("the overdue list as Excel")
@remembered_calendars()
def excel(request):
    """The list with these filters, in its order."""
    readers_only(request)
    params = QueryDict(request.POST.get("list", "")[:1000])
    if any("\0" in value for _name, values in params.lists() for value in values):
        raise BadRequest  # written as %00 it passed the check of the form around it
    found = late_dossiers(visible(request.user), params.dict(), request.user)
    count = count_up_to(found, MOST)
    if count > MOST:
        messages.error(
            request,
            _("More than %(most)s dossiers are on this list. Narrow it before you export it.")
            % {"most": f"{MOST:,}".replace(",", ".")},
        )
        return redirect(address(known_part(params)))
    target = BytesIO()
    write_list(target, _("Overdue"), _titles(), (_cells(row) for row in _all(found)), WIDTHS)
    reading.about(request, count=count)
    response = HttpResponse(target.getvalue(), content_type=EXCEL_TYPE)
    name = f"ho-so-qua-han-{timezone.localtime():%Y%m%d-%H%M}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)


def _all(found: QuerySet) -> Iterator[LateRow]:
    now, dossiers = timezone.now(), list(LATE.ordered(found.with_people_apart())[:MOST])
    for start in range(0, len(dossiers), CHUNK):
        yield from rows_of(dossiers[start : start + CHUNK], now)


def _titles() -> list[str]:
    return [
        _("Dossier"),
        _("Procedure code"),
        _("Procedure"),
        _("Applicant"),
        _("Field"),
        _("Competent agency"),
        _("Held by"),
        _("Step"),
        _("Due"),
        _("Working days late"),
        _("Working hours late"),
        _("Who used the time"),
        _("Reason"),
        _("Apology"),
        _("Second time"),
    ]


def _cells(row: LateRow) -> list:
    dossier, version = row.dossier, row.dossier.version
    shares = "; ".join(f"{share_words(s.holder)}: {duration(s.working_minutes)}" for s in row.shares)
    return [
        str(dossier),
        version.procedure.code,
        version.name,
        dossier.applicant.full_name,
        version.field_vi,
        dossier.competent_agency.name,
        str(dossier.holder or dossier.holder_unit),
        row.step,
        dossier.due_at,
        row.days,
        round(row.minutes / 60, 2),
        shares,
        row.reason,
        row.letter.get_state_display() if row.letter else _("none yet"),
        _("yes") if row.again else _("no"),
    ]
