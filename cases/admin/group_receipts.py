"""Many receipts as one file: those of a group, or all that the desk gave out today."""

import io

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe
from pypdf import PdfWriter

from cases import rules
from cases.admin.counter import clerks_only, page
from cases.admin.downloads import pdf
from cases.admin.scope import visible
from cases.lists import received_today
from cases.models import ReceptionGroup
from cases.printouts import receipt_payload
from notifications.pdf import receipt_pdf
from onestop.numbers import whole_number
from procedures.calendars import remembered_calendars

MOST = 200  # in one file; a printer has a tray, a browser a memory


def wanted(dossiers):
    """Those that a receipt is printed for (R12)."""
    return dossiers.filter(receipt_wanted=True, code__isnull=False)


def parts_of(count: int) -> list[dict]:
    """The files that so many receipts are printed in; none for none."""
    starts = range(1, count + 1, MOST)
    return [
        {"number": number, "first": start, "last": min(start + MOST - 1, count), "alone": count <= MOST}
        for number, start in enumerate(starts, start=1)
    ]


@require_safe
@xframe_options_sameorigin
@remembered_calendars()
def receipts(request):
    """`?group=` or `?today=1`, in the order of reception; too many for one file are offered in parts."""
    clerks_only(request)
    dossiers, name = _asked_for(request)
    dossiers = wanted(dossiers).order_by("pk")
    count = dossiers.count()
    if not count:
        messages.info(request, _("There is no receipt to print yet."))
        return redirect("admin:index")
    parts, part = parts_of(count), request.GET.get("part", "")
    if count > MOST and not part:
        return page(
            request,
            "cases/admin/receipts.html",
            title=_("Print receipts"),
            count=count,
            most=MOST,
            parts=parts,
            asked="today=1" if "today" in request.GET else f"group={request.GET['group']}",
        )
    number = whole_number(part) or 1
    if not 1 <= number <= len(parts):
        raise Http404(_("There is no such part."))
    chosen = dossiers.with_people().select_related("limit")[(number - 1) * MOST : number * MOST]
    return pdf(merged([receipt_pdf(receipt_payload(dossier)) for dossier in chosen]), f"{name}-{number}.pdf")


def _asked_for(request):
    """The dossiers, and a name for the file; 404 for whoever is not of that desk."""
    if "today" in request.GET:
        mine = visible(request.user).filter(receiving_desk=request.user.workplace)
        return received_today(mine), f"{timezone.localdate():%Y-%m-%d}"
    number = whole_number(request.GET.get("group"))
    found = ReceptionGroup.objects.filter(pk=number).select_related("desk").first()
    if not found or not rules.is_clerk_of(request.user, found.desk):
        raise Http404(_("Receipts are printed after reception, at the desk that received."))
    return visible(request.user).filter(group=found), f"nhom-{found.pk}"


def merged(files: list[bytes]) -> bytes:
    """One PDF of many; what they have in common, such as fonts, is in it once."""
    writer = PdfWriter()
    for content in files:
        writer.append(io.BytesIO(content), import_outline=False)
    writer.compress_identical_objects(remove_unreferenced=True)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
