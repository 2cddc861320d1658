"""The log books of the desks by year, to be printed volume by volume (R42)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import rules, services
from cases.admin.downloads import pdf
from cases.admin.verbs import act_and_tell
from cases.models import LogBook
from cases.printouts import log_book_payload, volume_of
from notifications.pdf import log_book_pdf
from onestop import access
from procedures.models import Agency


def log_books(request):
    """The books of the person's desks, newest first."""
    if not access.keeps_log_books(request.user):
        raise PermissionDenied
    books = _books_of(request.user).order_by("-year", "desk__identifier")
    rows = [
        {
            "book": book,
            "volumes": range(1, volume_of(book.last_number) + 1),
            "may_close": _may_close(request.user, book),
        }
        for book in books
    ]
    request.current_app = admin.site.name
    context = admin.site.page_context(request, title=_("Log books"), rows=rows)
    return TemplateResponse(request, "cases/admin/log_books.html", context)


def log_book(request, pk: int, volume: int):
    """One volume as PDF."""
    book = _books_of(request.user).filter(pk=pk).first()
    if book is None or not rules.may_print_log_book(request.user, book.desk):
        raise Http404(_("There is no such log book, or it belongs to another desk."))
    if not 1 <= volume <= volume_of(book.last_number):
        raise Http404(_("This log book has no such volume."))
    content = log_book_pdf(log_book_payload(book.desk, book.year, volume))
    return pdf(content, f"{book.desk.identifier}-{book.year}-{volume:02d}.pdf")


@require_POST
def close(request, pk: int):
    """Close the book of a year that is over."""
    book = _books_of(request.user).filter(pk=pk).first()
    if book is None:
        raise Http404(_("There is no such log book, or it belongs to another desk."))
    act_and_tell(
        request,
        lambda: services.close_log_book(book.desk, year=book.year, by=request.user),
        _("The log book is closed; nothing is added to it any more."),
    )
    return redirect("admin:log_books")


def _may_close(user, book: LogBook) -> bool:
    over = book.year < timezone.localdate().year
    return over and book.closed_at is None and rules.keeps_people_of(user, book.desk)


def _books_of(user):
    desks = Agency.objects.below(user.workplace).values("pk")
    return LogBook.objects.filter(desk__in=desks).select_related("desk")
