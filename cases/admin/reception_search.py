"""Which procedure: found while it is typed, and the drafts that were left."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import desk, services
from cases.admin.counter import clerks_only, page
from cases.citizen_card import looks_like_a_card
from cases.errors import CaseError
from cases.services.drafts import drafts_of

# What belongs to the page and not to what somebody typed into it, and what counts only while the person stands there.
NOT_TYPED = frozenset(
    {
        "csrfmiddlewaretoken",
        "nonce",
        "card",
        "find",
        "take",
        "check",
        "print",
        "verify",
        "consent",
        "birth_date",
    }
)


def search_page(request):
    """The search box with the most used procedures; Enter in it goes straight to the first that fits."""
    text = searched(request)
    found = desk.procedures_found(text or "", request.user.workplace)
    if "first" in request.POST and found and text is not None:
        return redirect(reverse("admin:reception") + "?" + urlencode({"procedure": found[0].procedure.code}))
    return page(
        request,
        "cases/admin/reception_search.html",
        title=_("Receive a dossier"),
        q=text or "",
        versions=found,
        drafts=drafts_of(request.user),
        draft_hours=settings.DRAFT_KEPT_HOURS,
    )


def searched(request) -> str | None:
    """The words of a search for a procedure; None for a card that was scanned into it, which is told."""
    text = request.POST.get("q", "")
    if looks_like_a_card(text):
        messages.error(request, _("This is a citizen card. Choose the procedure first, then scan the card."))
        return None
    return text


@require_POST
def search(request):
    """The list below the search box while somebody types."""
    clerks_only(request)
    found = desk.procedures_found(request.POST.get("q", ""), request.user.workplace)
    return TemplateResponse(request, "cases/admin/reception_results.html", {"versions": found})


@require_POST
def keep_draft(request):
    """What the page has typed so far, sent by itself; answers when it was kept."""
    clerks_only(request)
    typed = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_TYPED}
    label = request.POST.get("full_name", "") or request.POST.get("id_number", "")
    key = request.POST.get("nonce", "")
    try:
        procedure = desk.procedure_of(request.POST.get("procedure", ""))
        kept = services.keep_draft(key, procedure, typed, by=request.user, label=label)
    except CaseError as error:
        return _plain(error.sentence, status=400)
    if kept is None:
        return _plain(_("This page has already received its dossier."))
    return _plain(_("Draft kept at %(time)s.") % {"time": f"{timezone.localtime(kept.saved_at):%H:%M:%S}"})


@require_POST
def discard_draft(request, pk: int):
    """The clerk does not go on with it."""
    clerks_only(request)
    draft = drafts_of(request.user).filter(pk=pk).first()
    if draft:
        services.drop_draft(draft.key, by=request.user)
    return redirect("admin:reception")


def _plain(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
