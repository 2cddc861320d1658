"""Letters: list, page with the facts beside the letter, and what may be done with it now.

Nobody edits a letter's fields; the services of `cases.services.apologies` move an apology, the verbs issue
the others, and an issued one stays.
"""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from cases import rules, services
from cases.admin.downloads import pdf, word
from cases.admin.scope import visible, visible_dossier
from cases.admin.shown import badge, due_with_words, moment
from cases.admin.signatures import signature_badge
from cases.admin.verb_forms import RescheduleForm, VerbForm
from cases.admin.verbs import act_and_tell
from cases.codes import is_dossier_code
from cases.errors import CaseError
from cases.letters import dossier_of, letters_about
from cases.models import Dossier
from cases.morning import without_a_reason
from cases.queries import working_days_left
from cases.services.printing import word_copy
from notifications.enums import (
    LETTER_COLOURS,
    NUMBERED_LETTER_STATES,
    OPEN_LETTER_STATES,
    LetterKind,
    LetterState,
)
from notifications.errors import NotificationError
from notifications.models import Letter
from notifications.services import letters
from onestop import access
from onestop.admin import DropdownFilter, display
from onestop.keyset import SortKey
from onestop.lists import KeysetModelAdmin
from procedures.calendars import calendar_for


class LetterStateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("open", _("Waiting for supervisor or head")),
            ("no_reason", _("Drafts waiting for a reason")),
            *LetterState.choices,
        ]

    def queryset(self, request, queryset):
        match self.value():
            case "open":
                return queryset.open()
            case "no_reason":
                return without_a_reason(queryset)
        return queryset.filter(state=self.value()) if self.value() in LetterState.values else queryset


class LetterKindFilter(DropdownFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return LetterKind.choices

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in LetterKind.values else queryset


class CancelForm(VerbForm):
    cancel_reason = forms.CharField(label=_("Why the letter is not needed"), max_length=1000)

    def show_refusal(self, error) -> None:
        self.add_error("cancel_reason", str(error.sentence))


def letter_badge(letter: Letter):
    return badge(letter.get_state_display(), LETTER_COLOURS[LetterState(letter.state)])


@dataclass(frozen=True, slots=True)
class Rights:
    """What this person may do with the letter now; the services ask again."""

    prepare: bool
    approve: bool
    issue: bool
    send: bool
    cancel: bool


def rights(user, letter: Letter, dossier: Dossier) -> Rights:
    supervises = rules.is_supervisor_of(user, dossier.competent_agency)
    still_open = letter.state in OPEN_LETTER_STATES and letter.cycle == dossier.cycle and dossier.is_running
    return Rights(
        prepare=supervises and still_open,
        approve=supervises and still_open and letter.state == LetterState.DRAFT and bool(letter.reason),
        issue=still_open and bool(letter.reason) and rules.is_head_of(user, dossier.competent_agency),
        send=letter.state == LetterState.ISSUED
        and (supervises or rules.is_clerk_of(user, dossier.receiving_desk)),
        cancel=supervises and letter.state in OPEN_LETTER_STATES,
    )


@admin.register(Letter)
class LetterAdmin(KeysetModelAdmin):
    viewers = staticmethod(access.sees_dossiers)
    list_display = [
        "label",
        "kind",
        "shown_state",
        "dossier",
        "agency_identifier",
        "drafted_at",
        "issued_at",
        "sent_at",
    ]
    sort_keys = {"drafted_at": SortKey("drafted_at")}
    standard_sort = "-drafted_at"
    sortable_by = ["drafted_at"]
    list_display_links = ["label"]
    list_filter = [LetterStateFilter, LetterKindFilter]
    search_fields = ["reference"]
    search_help_text = _("Dossier code")
    actions = None

    def rows_for(self, user, queryset):
        return letters_about(visible(user))

    @display(description=_("letter"))
    def label(self, letter):
        return letter.number_text or _("without number yet")

    @display(description=_("state"))
    def shown_state(self, letter):
        return letter_badge(letter)

    @display(description=_("dossier"))
    def dossier(self, letter):
        if not is_dossier_code(letter.reference):
            return _("filed, without a code")
        link = f"{reverse('admin:cases_dossier_changelist')}?q={letter.reference}"
        return format_html('<a class="os-link" href="{}">{}</a>', link, letter.reference)

    def get_urls(self):
        guarded = self.admin_site.admin_view
        return [
            path("<int:pk>/pdf/", xframe_options_sameorigin(guarded(self.letter_pdf)), name="letter_pdf"),
            path("<int:pk>/word/", guarded(self.letter_word), name="letter_word"),
            path("<int:pk>/do/<str:what>/", guarded(self.act), name="letter_act"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of one letter; what changes it goes to `act`."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        letter = self.get_object(request, unquote(object_id))
        if letter is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, letter):
            raise PermissionDenied
        return self._page(request, letter, dossier_of(letter))

    def letter_pdf(self, request, pk: int):
        """The issued file, or a preview marked as a draft."""
        letter = self._letter(request, pk)
        if letter.state in NUMBERED_LETTER_STATES:
            try:
                content = letters.issued_pdf(letter)
            except NotificationError as error:
                raise Http404(error.sentence) from error
            return pdf(content, f"{letter.number_text.replace('/', '-')}.pdf")
        return pdf(letters.preview_pdf(letter), f"preview-{letter.reference}.pdf")

    def letter_word(self, request, pk: int):
        """A copy to edit in Word; what was issued stays the PDF."""
        letter = self._letter(request, pk)
        try:
            content = word_copy(letter)
        except NotificationError as error:
            messages.error(request, error.sentence)
            return redirect("admin:notifications_letter_change", pk)
        return word(content, f"{letter.number_text.replace('/', '-') or letter.kind}-{letter.reference}.docx")

    def act(self, request, pk: int, what: str):
        """One of the things to do with a letter; a refusal stays on the page with what was typed."""
        letter = self._letter(request, pk)
        dossier = dossier_of(letter)
        back = redirect("admin:notifications_letter_change", pk)
        if request.method != "POST":
            return back
        user = request.user
        match what:
            case "prepare":
                form = RescheduleForm(request.POST, dossier=dossier, user=user)
                done = _("The letter is written; read the preview.")
                return self._with_form(
                    request, letter, dossier, form, services.prepare_apology, done, prepare=form
                )
            case "cancel":
                form = CancelForm(request.POST, dossier=dossier, user=user)
                return self._with_form(
                    request,
                    letter,
                    dossier,
                    form,
                    lambda letter, by, cancel_reason: services.cancel_apology(
                        letter, by=by, reason=cancel_reason
                    ),
                    _("The letter is cancelled."),
                    cancel=form,
                )
            case "approve":
                act_and_tell(
                    request,
                    lambda: services.approve_apology(letter, by=user),
                    _("The letter is approved; the head of the agency issues it."),
                )
            case "issue":
                act_and_tell(
                    request,
                    lambda: services.issue_apology(dossier, by=user),
                    _("The letter is issued, the due date moved and the applicant told."),
                )
            case "send":
                act_and_tell(
                    request, lambda: services.send_apology(letter, by=user), _("The letter counts as sent.")
                )
            case _other:
                raise Http404
        return back

    def _with_form(self, request, letter, dossier, form, service, done, **forms_of_page):
        if form.is_valid():
            try:
                service(letter, by=request.user, **form.cleaned_data)
            except CaseError as error:
                form.show_refusal(error)
            else:
                messages.success(request, done)
                return redirect("admin:notifications_letter_change", letter.pk)
        letter.refresh_from_db()  # a refused service may have changed the object in memory
        return self._page(request, letter, dossier, **forms_of_page)

    def _page(self, request, letter: Letter, dossier: Dossier, prepare=None, cancel=None):
        may = rights(request.user, letter, dossier)
        request.current_app = self.admin_site.name
        context = self.admin_site.page_context(
            request,
            title="",
            object=letter,
            letter=letter,
            letter_badge=letter_badge(letter),
            signature=signature_badge(letter),
            dossier=dossier,
            due=due_with_words(dossier, working_days_left(dossier, calendar_for(dossier.competent_agency))),
            may=may,
            prepare=prepare or (may.prepare and RescheduleForm(dossier=dossier, user=request.user)),
            cancel=cancel or (may.cancel and CancelForm(dossier=dossier, user=request.user)),
            new_tab={"target": "_blank", "rel": "noopener"},
        )
        return TemplateResponse(request, "cases/admin/letter.html", context)

    def _letter(self, request, pk: int) -> Letter:
        letter = self.get_queryset(request).filter(pk=pk).first()
        if letter is None or not self.has_view_permission(request):
            raise Http404
        return letter


@require_POST
def draft(request, pk: int):
    """Draft the apology of a dossier before the system does; the supervisor writes it next."""
    dossier = visible_dossier(request, pk)
    if not rules.is_supervisor_of(request.user, dossier.competent_agency):
        raise PermissionDenied
    try:
        letter, _created = services.draft_apology(dossier)
    except CaseError as error:
        messages.error(request, error.sentence)
        return redirect("admin:cases_dossier_change", pk)
    return redirect("admin:notifications_letter_change", letter.pk)


def apology_words(letter: Letter | None) -> str:
    """Where the apology of a dossier stands, with when."""
    if letter is None:
        return ""
    at = letter.sent_at or letter.issued_at or letter.approved_at or letter.drafted_at
    return moment(at)
