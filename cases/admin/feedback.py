"""Feedback and recommendations in the back office: the list with its clocks, the page, the verbs (R48)."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases import rules, services
from cases.admin import shown
from cases.admin.downloads import private
from cases.admin.scope import visible
from cases.deadlines import lateness
from cases.errors import CaseError, FileMissing
from cases.feedback import (
    COLOURS,
    MOVES,
    OPEN,
    VERDICT_COLOURS,
    FeedbackKind,
    FeedbackState,
    FeedbackVerb,
    Verdict,
    is_possible,
)
from cases.models import Feedback
from cases.queries import open_file
from onestop import access
from onestop.admin import DropdownFilter, badge, display
from onestop.admin_forms import OfficeForm
from onestop.keyset import SortKey
from onestop.lists import KeysetModelAdmin
from procedures.calendars import calendar_for
from procedures.models import Agency
from procedures.working_time import minute_of

LONG = forms.Textarea(attrs={"rows": 8})


class WordsForm(OfficeForm):
    text = forms.CharField(label=_("Text"), widget=LONG)


class AnswerForm(WordsForm):
    """An answer to a complaint about a dossier; of a contested entry the decision is always said."""

    verdict = forms.ChoiceField(
        label=_("Is the complaint right?"),
        choices=[("", _("not decided")), *Verdict.choices],
        required=False,
    )
    field_order = ["verdict", "text"]


class ContestForm(WordsForm):
    verdict = forms.ChoiceField(
        label=_("Is the complaint right?"), choices=Verdict.choices, widget=forms.RadioSelect
    )
    field_order = ["verdict", "text"]


class PassOnForm(OfficeForm):
    to = forms.ModelChoiceField(label=_("To"), queryset=Agency.objects.order_by("name_vi"))
    text = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class PublicationForm(OfficeForm):
    question = forms.CharField(label=_("Question as published"), widget=LONG)
    answer = forms.CharField(label=_("Answer as published"), widget=LONG)


@dataclass(frozen=True, slots=True)
class Page:
    """How a verb is offered: its service, its form, the sentence afterwards."""

    act: object
    form: type[OfficeForm]
    icon: str
    hint: str
    colour: str = "default"


PAGES = {
    FeedbackVerb.ANSWER: Page(
        services.answer_feedback, WordsForm, "reply", _("The sender is told this answer at once."), "primary"
    ),
    FeedbackVerb.ASK: Page(
        services.ask_for_detail,
        WordsForm,
        "help",
        _("The sender is told at once what to explain; the time for the answer runs on."),
    ),
    FeedbackVerb.TRANSFER: Page(
        services.transfer_feedback,
        PassOnForm,
        "forward",
        _("It keeps its number, and its clocks count afresh at the other agency."),
    ),
    FeedbackVerb.PUBLISH: Page(
        services.publish_feedback,
        PublicationForm,
        "public",
        _("Everybody reads this: write it without names, numbers and addresses."),
        "primary",
    ),
    FeedbackVerb.REFUSE: Page(
        services.refuse_feedback, WordsForm, "block", _("The sender is told this reason at once."), "danger"
    ),
}


class StateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return FeedbackState.choices

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() in FeedbackState.values else queryset


class KindFilter(DropdownFilter):
    title = _("about")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return FeedbackKind.choices

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in FeedbackKind.values else queryset


class ClockFilter(DropdownFilter):
    """What is late now: an answer, or the publication of one."""

    title = _("clock")
    parameter_name = "clock"

    def lookups(self, request, model_admin):
        return [
            ("open", _("To be answered")),
            ("late", _("Answer is late")),
            ("publish", _("To be published")),
            ("publish-late", _("Publication is late")),
        ]

    def queryset(self, request, queryset):
        now = minute_of(timezone.now())
        found = {
            "open": {"state__in": OPEN},
            "late": {"state__in": OPEN, "answer_by__lt": now},
            "publish": {"state": FeedbackState.ANSWERED},
            "publish-late": {"state": FeedbackState.ANSWERED, "publish_by__lt": now},
        }.get(self.value())
        return queryset.filter(**found) if found else queryset


class ContestFilter(DropdownFilter):
    """Contested entries of the clock, and complaints that were found right or not."""

    title = _("contested")
    parameter_name = "contest"

    def lookups(self, request, model_admin):
        return [("any", _("An entry of the clock is contested")), *Verdict.choices]

    def queryset(self, request, queryset):
        if self.value() == "any":
            return queryset.filter(contested__isnull=False)
        return queryset.filter(verdict=self.value()) if self.value() in Verdict.values else queryset


class AgencyFilter(DropdownFilter):
    title = _("agency")
    parameter_name = "agency"

    def lookups(self, request, model_admin):
        return [(agency.identifier, str(agency)) for agency in access.agencies_of(request.user)]

    def queryset(self, request, queryset):
        return queryset.filter(agency__identifier=self.value()) if self.value() else queryset


@admin.register(Feedback)
class FeedbackAdmin(KeysetModelAdmin):
    """Only the list: each row leads to its page, where the verbs are."""

    viewers = staticmethod(access.sees_feedback)
    list_display = ["shown_code", "shown_kind", "shown_state", "shown_clock", "shown_agency", "shown_sent"]
    list_display_links = None
    list_filter = [ClockFilter, StateFilter, KindFilter, ContestFilter, AgencyFilter]
    list_select_related = ["agency"]
    search_fields = ["code", "dossier__code"]
    sort_keys = {"due": SortKey("answer_by"), "sent": SortKey("sent_at")}
    standard_sort = "due"
    sortable_by = ["shown_clock", "shown_sent"]
    actions = None

    def rows_for(self, user, queryset):
        return queryset.of_agencies(access.agencies_of(user))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        raise Http404

    @display(description=_("number"))
    def shown_code(self, feedback):
        link = reverse("admin:feedback", args=[feedback.pk])
        return format_html('<a class="os-link" href="{}">{}</a>', link, feedback.code)

    @display(description=_("about"))
    def shown_kind(self, feedback):
        return feedback.get_kind_display()

    @display(description=_("state"))
    def shown_state(self, feedback):
        return state_badge(feedback)

    @display(description=_("answer due"), ordering="due")
    def shown_clock(self, feedback):
        return due_badge(feedback)

    @display(description=_("agency"))
    def shown_agency(self, feedback):
        return str(feedback.agency)

    @display(description=_("sent at"), ordering="sent")
    def shown_sent(self, feedback):
        return shown.moment(feedback.sent_at)


def state_badge(feedback: Feedback):
    return badge(feedback.get_state_display(), COLOURS[FeedbackState(feedback.state)])


def due_badge(feedback: Feedback):
    """The next due moment of what is open or not published yet, with the working days left or overdue."""
    if feedback.is_open:
        due = feedback.answer_by
    elif feedback.state == FeedbackState.ANSWERED:
        due = feedback.publish_by
    else:
        return "–"
    days = lateness(due, timezone.now(), calendar_for(feedback.agency))
    words = badge(shown.days_left_text(days), shown.days_left_colour(days))
    return format_html('<span class="os-due"><span>{}</span> {}</span>', shown.moment(due), words)


@require_safe
def page(request, pk: int):
    """What was sent, by whom, what was done, and what may be done now."""
    feedback = _visible(request, pk)
    context = {
        "title": feedback.code,
        "feedback": feedback,
        "state": state_badge(feedback),
        "verdict": badge(feedback.get_verdict_display(), VERDICT_COLOURS[Verdict(feedback.verdict)])
        if feedback.verdict
        else "",
        "due": due_badge(feedback),
        "steps": [
            {
                "step": step,
                "due": shown.moment(step.due_at),
                "how": shown.how_badge(step.punctuality) if step.punctuality else "",
            }
            for step in feedback.steps.select_related("by", "agency", "to_agency")
        ],
        "files": feedback.files.all(),
        "buttons": [
            {"verb": verb, "label": verb.label, "page": PAGES[verb]}
            for verb in PAGES
            if is_possible(verb, feedback.state)
            and rules.may_handle_feedback(request.user, verb, feedback.agency)
        ],
        "dossier_link": feedback.dossier_id
        and visible(request.user).filter(pk=feedback.dossier_id).exists()
        and reverse("admin:cases_dossier_change", args=[feedback.dossier_id]),
    }
    return _answer(request, "cases/admin/feedback.html", context)


def verb(request, pk: int, verb: str):
    """One verb with its small form; a refusal stays on the page with everything that was typed."""
    feedback = _visible(request, pk)
    if verb not in MOVES or verb not in PAGES:
        raise Http404
    verb = FeedbackVerb(verb)
    offered = PAGES[verb]
    initial = {"question": feedback.text, "answer": feedback.answer} if verb == FeedbackVerb.PUBLISH else {}
    form = _form_of(offered, verb, feedback)(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            offered.act(feedback, by=request.user, **form.cleaned_data)
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(request, _t("“%(verb)s” is done; the sender is told.") % {"verb": verb.label})
            return redirect("admin:feedback", pk)
    context = {
        "title": verb.label,
        "feedback": feedback,
        "verb": verb,
        "offered": offered,
        "form": form,
        "due": due_badge(feedback),
    }
    return _answer(request, "cases/admin/feedback_verb.html", context)


def _form_of(offered: Page, verb: FeedbackVerb, feedback: Feedback) -> type[OfficeForm]:
    """With the question whether the complaint is right, where there is one."""
    if verb != FeedbackVerb.ANSWER or feedback.kind != FeedbackKind.HANDLING or not feedback.dossier_id:
        return offered.form
    return ContestForm if feedback.contested_id else AnswerForm


@require_safe
def file(request, pk: int, file_pk: int):
    """A file that came with it, for whoever sees the feedback."""
    found = _visible(request, pk).files.filter(pk=file_pk).first()
    if found is None:
        raise Http404
    try:
        content = open_file(found)
    except FileMissing as error:
        raise Http404(error.sentence) from error
    return private(
        FileResponse(content, as_attachment=True, filename=found.name, content_type=found.mime_type)
    )


def _visible(request, pk: int) -> Feedback:
    if access.sees_feedback(request.user):
        rows = Feedback.objects.of_agencies(access.agencies_of(request.user))
        found = rows.select_related("agency", "dossier", "book__agency", "contested").filter(pk=pk).first()
        if found:
            return found
    raise Http404(_t("There is no such feedback, or it is not for your agency."))


def _answer(request, template: str, context: dict):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))
