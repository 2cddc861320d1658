"""Pages of the back office as they stood at a past moment (`?as_of=`): for reading, with nothing to act on."""

from collections.abc import Callable, Mapping
from functools import wraps

from django.contrib import admin
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cases.as_of import Past, past_moment
from cases.errors import Invalid

AS_OF = "as_of"


def asks_for_past(request) -> bool:
    return bool(request.GET.get(AS_OF, "").strip())


def or_past(page: Callable) -> Callable:
    """For a view: when its address names a past moment, `page(request, past)` answers in its place."""

    def decorated(view: Callable) -> Callable:
        @wraps(view)
        def answering(request, *args, **kwargs):
            if not asks_for_past(request):
                return view(request, *args, **kwargs)
            return past_answer(request, lambda past: page(request, past))

        return answering

    return decorated


def past_answer(request, page: Callable[[Past], HttpResponse]) -> HttpResponse:
    """What `page` makes of the moment that the address names; for no such moment a sentence and nothing else."""
    try:
        return page(past_moment(request.GET.get(AS_OF, "")))
    except Invalid as refused:
        context = {"title": _("As it stood"), "sentence": refused.sentence, "now": request.path}
        return drawn(request, "cases/admin/past_refused.html", context, status=400)


def drawn(request, template: str, context: dict, *, status: int = 200) -> TemplateResponse:
    request.current_app = admin.site.name
    context = admin.site.page_context(request, **context)
    return TemplateResponse(request, template, context, status=status)


def banner(past: Past, *, now: str, kept: Mapping[str, str] | None = None) -> dict:
    """What the banner says; `now` is the same page of now, `kept` what else this address asks for."""
    return {"past": past, "as_of": as_of(past), "past_now": now, "past_kept": (kept or {}).items()}


def as_of(past: Past) -> str:
    """The moment as the end of an address."""
    return urlencode({AS_OF: past.text})


def past_link(name: str, past: Past, **asked: object) -> str:
    """A page with this moment and these questions."""
    return f"{reverse(f'admin:{name}')}?{urlencode({AS_OF: past.text, **asked})}"
