"""Certified copies in electronic form: the scan of the original goes in, the head finds what to sign."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases import rules, services
from cases.admin.quick_service import certifiers_only, versions_of
from cases.admin.quick_service_forms import QuickServiceForm
from cases.errors import CaseError, KeyReused
from cases.registers import copies_to_sign, number_text
from cases.services.idempotency import fingerprint_of, once
from notifications import signing
from onestop import access
from procedures.enums import RegisterKind
from procedures.models import Agency, ProcedureVersion
from procedures.registers import REGISTER_FORMS
from procedures.services.competence import default_competent_agency

PER_PAGE = 50


class ElectronicCopyForm(QuickServiceForm):
    """As a quick service, with the scan instead of pages and copies."""

    original = forms.FileField(
        label=gettext_lazy("Scan of the original (PDF)"),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )

    PAPER = ("paper", "original")
    REST = ("method",)

    def __init__(self, data=None, files=None, **kwargs):
        super().__init__(data, files=files, **kwargs)
        for name in ("pages", "copies", "receipt_wanted", "signer"):
            del self.fields[name]
        self.fields["paper"].help_text = ""  # the list of usual papers stands on the quick page


def electronic_copy(request):
    """One copy; then the dossier's page, where the head signs it, who is therefore the signer."""
    certifiers_only(request)
    desk = request.user.workplace
    versions = _with_electronic_copies(desk)
    deciding = [default_competent_agency(version, desk) or desk for version in versions]
    form = ElectronicCopyForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        versions=versions,
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = _certify_once(request, form, desk)
        except KeyReused:
            form.ask_again(
                _(
                    "This page has already made an entry, with other data. If this is another one, press the "
                    "button again; nothing was saved yet."
                )
            )
        except CaseError as error:
            form.show_refusal(error)
        else:
            words = _("Entered as number %(number)s. It is handed over as soon as the head has signed it.")
            messages.success(request, words % {"number": made["number"]})
            return redirect("admin:cases_dossier_change", made["dossier"])
    request.current_app = admin.site.name
    context = {
        "title": _("Certified copy in electronic form"),
        "form": form,
        "can_sign": all(signing.is_connected(agency.identifier) for agency in deciding),
        "desk": next((one for one in deciding if not signing.is_connected(one.identifier)), desk),
    }
    return TemplateResponse(
        request, "cases/admin/electronic_copy.html", admin.site.page_context(request, **context)
    )


@require_safe
def to_sign(request):
    """What waits for the head's signature, the oldest first; signed it is on the page of the dossier."""
    if not access.sees_copies_to_sign(request.user):
        raise PermissionDenied
    page = Paginator(copies_to_sign(request.user), PER_PAGE).get_page(request.GET.get("p"))
    rows = [
        {
            "entry": entry,
            "number": number_text(entry),
            "may_sign": rules.is_head_of(request.user, entry.dossier.competent_agency),
        }
        for entry in page
    ]
    request.current_app = admin.site.name
    context = {"title": _("Electronic copies to be signed"), "page": page, "rows": rows}
    return TemplateResponse(
        request, "cases/admin/copies_to_sign.html", admin.site.page_context(request, **context)
    )


def _with_electronic_copies(desk: Agency) -> list[ProcedureVersion]:
    return [one for one in versions_of(desk) if REGISTER_FORMS[RegisterKind(one.register)].electronic]


def _certify_once(request, form: ElectronicCopyForm, desk: Agency) -> dict:
    """A page sent twice makes one entry: its hidden number is the key."""

    def act():
        entry = services.certify_electronically(
            form.chosen().procedure,
            form.applicant_facts(),
            desk=desk,
            by=request.user,
            **form.arguments(),
        )
        return 201, {"dossier": entry.dossier_id, "number": number_text(entry)}

    typed = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    fingerprint = fingerprint_of("electronic copy", data=typed, files=request.FILES)
    return once(request.user, f"copy:{form.cleaned_data['nonce']}", fingerprint, act).body
