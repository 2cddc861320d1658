"""Pages of a dossier that is in the archive: the same ones, for reading."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cases.archive import reading as archive
from cases.queries import tidy_code


def or_archived(view: Callable) -> Callable:
    """For a view of a dossier by its number: what the live tables do not have is looked for in the archive."""

    @wraps(view)
    def answering(request, pk, *args, **kwargs):
        try:
            return view(request, pk, *args, **kwargs)
        except Http404:
            year = archive.year_of_number(pk) if request.method in {"GET", "HEAD"} else None
            if year is None:
                raise
        with archive.reading(year):
            return drawn(view(request, pk, *args, **kwargs))

    return answering


def drawn(answer: HttpResponse) -> HttpResponse:
    """A page that reads while it is drawn is drawn before the archive is left."""
    return answer.render() if hasattr(answer, "render") else answer


def to_archived(request) -> HttpResponse | None:
    """Whoever searches for the code of an archived dossier is led to its page, or told where it is."""
    entry = archive.entry_of(tidy_code(request.GET.get("q", "")))
    if entry is None:
        return None
    names = {"code": entry.code, "year": entry.year_id}
    if entry.year.detached_at:
        sentence = _("%(code)s ended in %(year)s. That year is detached: ask who keeps the archive.")
        messages.warning(request, sentence % names)
        return None
    messages.info(request, _("%(code)s is in the archive of %(year)s and can only be read.") % names)
    return redirect("admin:cases_dossier_change", entry.dossier)
