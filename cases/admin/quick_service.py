"""Quick service (làm ngay): copies, signatures and extracts on one screen, done while the person waits."""

import json
from dataclasses import dataclass
from datetime import datetime, time

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from cases import queries, services
from cases.admin import shown
from cases.admin.downloads import pdf
from cases.admin.quick_service_forms import QuickServiceForm
from cases.admin.scope import visible_dossier
from cases.citizen_card import looks_like_a_card
from cases.enums import DocumentSource
from cases.errors import CaseError, FileMissing, KeyReused
from cases.letters import inherited
from cases.models import RegisterEntry
from cases.registers import entries_of, latest_entries, number_text, quick_services
from cases.services.clock import counts_as_received_at
from cases.services.fee_lines import amounts_owed
from cases.services.idempotency import fingerprint_of, once
from onestop import access
from onestop.numbers import whole_number
from onestop.reading import about
from procedures import fees
from procedures.calendars import remembered_calendars
from procedures.enums import Channel
from procedures.models import Agency, ProcedureVersion, Staff
from procedures.regimes import CERTIFICATION
from procedures.services.competence import default_competent_agency

MOST_ENTRIES = 50  # of each register, of today


def quick_service(request):
    """One wish after the other: typed, done, printed, and the page is empty again."""
    certifiers_only(request)
    desk = request.user.workplace
    form = _form(request, desk)
    if request.method == "POST" and form.is_valid():
        try:
            entry_pk = _certify_once(request, form, desk)
        except KeyReused:
            form.ask_again(
                _(
                    "This page has already made an entry, with other data. If this is another one, press "
                    "“Done and print” again; nothing was saved yet."
                )
            )
        except CaseError as error:
            form.show_refusal(error)
        else:
            return redirect(f"{reverse('admin:quick_service')}?done={entry_pk}&print=1")
    done = _own_entry(request, request.GET.get("done", ""))
    return _page(
        request,
        "cases/admin/quick_service.html",
        title=_("Quick service"),
        form=form,
        basis=CERTIFICATION,
        due=_due(form, desk) if form.is_bound else None,
        done=_line(done, request.user) if done else None,
        prints=bool(done) and "print" in request.GET,
        today=[_line(entry, request.user) for entry in _entries_of_today(desk)],
    )


@require_POST
@remembered_calendars()
def fee(request):
    """What is to be paid for what is chosen so far, and whose card was scanned."""
    certifiers_only(request)
    desk = request.user.workplace
    form = QuickServiceForm(request.POST, versions=versions_of(desk))
    form.full_clean()
    context = {"due": _due(form, desk)}
    if looks_like_a_card(request.POST.get("full_name", "")):
        context["card_refused"] = form.errors.get("full_name")
        person = {name: form.cleaned_data.get(name) for name in ("full_name", "id_number", "address")}
        context["card"] = None if context["card_refused"] else json.dumps(person)
    return TemplateResponse(request, "cases/admin/quick_service_fee.html", context)


@xframe_options_sameorigin
def words(request, pk: int):
    """The words of one certification, as they were stored when it was made."""
    entry = RegisterEntry.objects.filter(pk=pk).first()
    if entry is None:
        raise Http404(_("There is no such entry in a register of your agencies."))
    dossier = visible_dossier(request, entry.dossier_id)
    about(request, dossier=dossier)  # the number in the address is that of the entry
    stored = dossier.documents.filter(source=DocumentSource.RESULT).last()
    try:
        with queries.open_file(stored) as file:
            return pdf(file.read(), stored.name)
    except FileMissing as error:
        raise Http404(error.sentence) from error


def _form(request, desk: Agency) -> QuickServiceForm:
    versions = versions_of(desk)
    if request.method == "POST":
        return QuickServiceForm(request.POST, versions=versions)
    initial = {"signer": inherited(desk, "head_name") or str(request.user)}
    before = _own_entry(request, request.GET.get("done", "") or request.GET.get("same", ""))
    if before:
        initial |= {"signer": before.signer, "procedure": before.dossier.version.procedure.code}
    if before and "same" in request.GET:
        person = before.dossier.applicant
        known = {"full_name": person.full_name, "id_number": person.id_number, "address": person.address}
        initial |= known
    form = QuickServiceForm(versions=versions, initial=initial)
    if "same" in request.GET:
        form.fields["full_name"].widget.attrs.pop("autofocus")
        form.fields["paper"].widget.attrs["autofocus"] = True
    return form


def _certify_once(request, form: QuickServiceForm, desk: Agency) -> int:
    """A page sent twice makes one entry: its hidden number is the key."""

    def act():
        procedure = form.chosen().procedure
        entry = services.certify(
            procedure, form.applicant_facts(), desk=desk, by=request.user, **form.arguments()
        )
        return 201, {"pk": entry.pk}

    typed = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    fingerprint = fingerprint_of("quick service", data=typed)
    return once(request.user, f"quick:{form.cleaned_data['nonce']}", fingerprint, act).body["pk"]


# --- What the page shows ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """The fee by line and in all, in words; or the sentence that says what is missing."""

    lines: tuple[tuple[str, str], ...] = ()
    total: str = ""
    missing: str = ""


def _due(form: QuickServiceForm, desk: Agency) -> Due:
    facts = form.fee_facts()
    if facts is None:
        return Due(missing=_("Enter pages and copies."))
    agency = default_competent_agency(form.chosen(), desk) or desk
    try:
        owed = amounts_owed(
            form.chosen(), facts, channel=Channel.DESK, agency=agency, on=timezone.localdate()
        )
    except CaseError as error:
        return Due(missing=str(error.sentence))
    except fees.FeeRefused as error:
        return Due(missing=str(error))
    if any(item.amount is None for item in owed):
        return Due(
            missing=_("The amount of this fee has not been entered. Ask the administrator to enter it.")
        )
    lines = tuple((item.line.name, shown.money(item.amount)) for item in owed)
    return Due(lines, shown.money(sum(item.amount for item in owed)))


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the page shows it."""

    entry: RegisterEntry
    number: str
    amount: str
    same_person: str


def _line(entry: RegisterEntry, user: Staff) -> Line:
    return Line(
        entry,
        number_text(entry),
        shown.money(entry.amount),
        f"{reverse('admin:quick_service')}?same={entry.pk}",
    )


def _own_entry(request, pk: str) -> RegisterEntry | None:
    """An entry of the own agencies by the number in the address; None for anything else."""
    number = whole_number(pk)
    if number is None:
        return None
    entries = entries_of(request.user).select_related(
        "book", "dossier__applicant", "dossier__version__procedure"
    )
    return entries.filter(pk=number).first()


def _entries_of_today(desk: Agency) -> list[RegisterEntry]:
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    return latest_entries(desk, since=midnight, most=MOST_ENTRIES)


def versions_of(desk: Agency) -> list[ProcedureVersion]:
    """What this desk does at once, as of now."""
    counts_from = counts_as_received_at(timezone.now(), desk=desk, channel=Channel.DESK)
    return quick_services(timezone.localdate(counts_from))


def certifiers_only(request) -> None:
    """Else `PermissionDenied`."""
    if not access.certifies(request.user):
        raise PermissionDenied(
            _("Quick service is for clerks who are authorised to decide at the counter of their own desk.")
        )


def _page(request, template: str, **context):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))
