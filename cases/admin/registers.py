"""The yearly registers of certifications and extracts (sổ chứng thực, sổ cấp trích lục)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases import rules, services
from cases.admin import shown
from cases.admin.downloads import pdf
from cases.admin.verbs import act_and_tell
from cases.models import RegisterBook, RegisterEntry
from cases.printouts import volume_of
from cases.registers import book_mark, books_of, register_payload
from notifications.pdf import register_pdf
from onestop import access
from onestop.numbers import whole_number

ROWS = 50


@require_safe
def registers(request):
    """The registers of the person's agencies, newest first."""
    if not access.sees_registers(request.user):
        raise PermissionDenied
    rows = [{"book": book, "may_close": _may_close(request.user, book)} for book in books_of(request.user)]
    return _page(
        request,
        "cases/admin/registers.html",
        title=_("Registers"),
        rows=rows,
        sees_lines=access.keeps_log_books(request.user),
    )


@require_safe
def register(request, pk: int):
    """The lines of one register, the latest first; pages by number, which has no gap."""
    _keepers_only(request)
    book = _book(request, pk)
    last = whole_number(request.GET.get("from")) or book.last_number
    last = min(last, book.last_number)
    entries = book.entries.filter(number__lte=last, number__gt=last - ROWS)
    rows = [
        {"entry": entry, "amount": shown.money(entry.amount), "copy": _copy_badge(entry)}
        for entry in entries.select_related("dossier").order_by("-number")
    ]
    return _page(
        request,
        "cases/admin/register.html",
        title=f"{book} – {book.agency}",
        book=book,
        mark=book_mark(book.kind, book.year, volume_of(last)),
        volumes=range(1, volume_of(book.last_number) + 1),
        rows=rows,
        newer=min(last + ROWS, book.last_number) if last < book.last_number else None,
        older=last - ROWS if last > ROWS else None,
        may_close=_may_close(request.user, book),
    )


@require_safe
def sheet(request, pk: int, volume: int):
    """One volume as PDF."""
    _keepers_only(request)
    book = _book(request, pk)
    if not 1 <= volume <= volume_of(book.last_number):
        raise Http404(_("This register has no such volume."))
    content = register_pdf(register_payload(book, volume))
    return pdf(content, f"{book.agency.identifier}-{book.kind}-{book.year}-{volume:02d}.pdf")


@require_POST
def close(request, pk: int):
    """Close the register of a year that is over."""
    book = _book(request, pk)
    act_and_tell(
        request,
        lambda: services.close_register(book, by=request.user),
        _("The register is closed; nothing is entered in it any more."),
    )
    return redirect("admin:registers")


def _copy_badge(entry: RegisterEntry):
    """How it stands with an electronic copy that is none yet, or none any more."""
    if entry.voided_at:
        day = f"{timezone.localtime(entry.voided_at):%d/%m/%Y}"
        return shown.badge(_("void since %(day)s") % {"day": day}, "danger")
    return shown.badge(_("not signed yet"), "warning") if entry.awaits_signature else ""


def _book(request, pk: int) -> RegisterBook:
    book = books_of(request.user).filter(pk=pk).first()
    if book is None:
        raise Http404(_("There is no such register, or it belongs to another agency."))
    return book


def _may_close(user, book: RegisterBook) -> bool:
    over = book.year < timezone.localdate().year
    return over and book.closed_at is None and rules.keeps_people_of(user, book.agency)


def _keepers_only(request) -> None:
    if not access.keeps_log_books(request.user):
        raise PermissionDenied


def _page(request, template: str, **context):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))
