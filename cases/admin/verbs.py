"""The verbs of a dossier as buttons and small form pages; each calls its one service (see `cases/services/`)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases import rules, services
from cases.admin import money_forms
from cases.admin import verb_forms as forms
from cases.enums import FINAL_STATES, Verb
from cases.errors import CaseError, ChangedMeanwhile, not_permitted, not_possible
from cases.models import Dossier
from cases.services.meanwhile import act_on_seen, last_seen
from cases.services.undo import check_undo, own_last_step
from onestop.numbers import whole_number


@dataclass(frozen=True, slots=True)
class VerbPage:
    """How a verb is offered: `act(dossier, user, answers)` calls the service; without `form` a click is enough.

    `done` is the sentence after success, `colour` the button's, `icon` its picture.
    """

    act: Callable
    done: str
    icon: str
    form: type[forms.VerbForm] | None = None
    colour: str = "default"
    hint: str = ""
    key: str = ""


PAGES: dict[Verb, VerbPage] = {
    Verb.REFUSE: VerbPage(
        lambda dossier, user, answers: services.refuse(dossier, by=user, **answers),
        _("Reception was refused; the applicant is told why."),
        "block",
        forms.RefusalForm,
        "danger",
        _("The applicant is told at once, with this reason."),
    ),
    Verb.ASK_TO_COMPLETE: VerbPage(
        lambda dossier, user, answers: services.ask_to_complete(dossier, by=user, **answers),
        _("The applicant is asked to complete the filing."),
        "rule",
        forms.MissingItemsForm,
        hint=_("The applicant is told at once, with this list. No code and no clock yet."),
    ),
    Verb.START: VerbPage(
        lambda dossier, user, answers: services.start(dossier, by=user),
        _("You have taken the dossier over."),
        "play_arrow",
        colour="primary",
        key="t",
    ),
    Verb.HAND_OVER: VerbPage(
        lambda dossier, user, answers: services.hand_over(dossier, by=user, **answers),
        _("Handed over to the next step."),
        "forward",
        forms.HandOverForm,
        key="c",
    ),
    Verb.ASSIGN: VerbPage(
        lambda dossier, user, answers: services.assign(dossier, by=user, **answers),
        _("The dossier is assigned."),
        "assignment_ind",
        forms.AssignForm,
        hint=_(
            "The due dates stay. What nobody has taken over yet, only this person takes over from now on."
        ),
        key="g",
    ),
    Verb.UNDO: VerbPage(
        lambda dossier, user, answers: services.undo(dossier, by=user, **answers),
        _("Your last step is undone."),
        "undo",
        forms.UndoForm,
        hint=_("Nothing is deleted: the history keeps the step and tells that it was undone, and why."),
        key="z",
    ),
    Verb.REQUEST_SUPPLEMENT: VerbPage(
        lambda dossier, user, answers: services.request_supplement(dossier, by=user, **answers),
        _("The supplement is requested; the clock stands until it is complete."),
        "rule",
        forms.MissingItemsForm,
        hint=_("The applicant is told at once. The clock stands; the whole limit starts afresh afterwards."),
        key="b",
    ),
    Verb.RESUME: VerbPage(
        lambda dossier, user, answers: services.resume(dossier, by=user),
        _("The supplement is complete; the limit starts afresh."),
        "restart_alt",
        colour="primary",
    ),
    Verb.RECORD_RESULT: VerbPage(
        lambda dossier, user, answers: services.record_result(
            dossier, answers.pop("file"), by=user, **answers
        ),
        _("The result is recorded; the clock stands still."),
        "task_alt",
        forms.ResultForm,
        "primary",
        key="k",
    ),
    Verb.PAY: VerbPage(
        lambda dossier, user, answers: services.pay(dossier, by=user, **answers),
        _("The payment is taken."),
        "payments",
        money_forms.PaymentForm,
        "primary",
        key="f",
    ),
    Verb.WAIVE: VerbPage(
        lambda dossier, user, answers: services.waive(dossier, by=user, **answers),
        _("The fee is waived."),
        "money_off",
        money_forms.WaiverForm,
        hint=_("What was paid already can be paid back afterwards."),
    ),
    Verb.REFUND: VerbPage(
        lambda dossier, user, answers: services.refund(dossier, by=user, **answers),
        _("The money is paid back; print the entry for the applicant."),
        "currency_exchange",
        money_forms.RefundForm,
        hint=_("A counter-entry with a receipt number of its own; the payment stays as it was entered."),
    ),
    Verb.SETTLE: VerbPage(
        lambda dossier, user, answers: services.settle(dossier, by=user),
        _("Nothing is owed; the result is ready to be collected."),
        "done_all",
        colour="primary",
    ),
    Verb.RETURN_RESULT: VerbPage(
        lambda dossier, user, answers: services.return_result(dossier, by=user, **answers),
        _("The result is handed over."),
        "outbox",
        money_forms.ReturnForm,
        "primary",
        _("Check the receipt or an identity paper before handing the result over."),
        key="g",
    ),
    Verb.WITHDRAW: VerbPage(
        lambda dossier, user, answers: services.withdraw(dossier, by=user, **answers),
        _("The dossier is withdrawn."),
        "undo",
        forms.ReasonForm,
        "danger",
        _("Only at the applicant's request; the applicant is told at once."),
    ),
    Verb.STOP: VerbPage(
        lambda dossier, user, answers: services.stop(dossier, by=user, **answers),
        _("The dossier is stopped."),
        "stop_circle",
        forms.ReasonForm,
        "danger",
    ),
    Verb.RESCHEDULE: VerbPage(
        lambda dossier, user, answers: services.issue_apology(dossier, by=user, **answers),
        _("The apology is issued and the due date moved."),
        "event_repeat",
        forms.RescheduleForm,
        hint=_(
            "Issues the letter of apology (form 04) with your signature. Possible once; the reason is printed."
        ),
    ),
    Verb.EXTEND: VerbPage(
        lambda dossier, user, answers: services.extend(dossier, by=user, **answers),
        _("The limit is extended; the applicant is told and gets a new receipt."),
        "more_time",
        forms.ExtendForm,
        hint=_("Possible once, before the due moment, as the procedure defines it. It is no reschedule."),
    ),
    Verb.EXCLUDE_PERIOD: VerbPage(
        lambda dossier, user, answers: services.exclude_period(dossier, by=user, **answers),
        _("The period does not count; the due date is counted anew."),
        "event_busy",
        forms.PeriodForm,
        hint=_("The applicant is told when the due date moves."),
    ),
    Verb.CONSULT: VerbPage(
        lambda dossier, user, answers: services.consult(dossier, by=user, **answers),
        _("The agency is asked; its deadline runs from its turn on."),
        "contact_support",
        forms.ConsultForm,
        key="x",
        hint=_("The due date of the dossier does not move. Give one deadline: hours or a moment."),
    ),
    Verb.CLARIFY: VerbPage(
        lambda dossier, user, answers: services.clarify(dossier, by=user, **answers),
        _("The applicant is asked to clarify; the clock runs on."),
        "help",
        forms.ClarifyForm,
        hint=_(
            "The applicant is told at once. The clock runs on, and the supplement request is not used up."
        ),
    ),
    Verb.DEMAND: VerbPage(
        lambda dossier, user, answers: services.demand(dossier, by=user, **answers),
        _("The demand is recorded; the supervisor sees it."),
        "policy",
        forms.DemandForm,
        hint=_(
            "Only for a paper that nobody has to bring by rule. The applicant is asked for it by a request to "
            "complete or a supplement."
        ),
    ),
}
# Verbs with a page of their own: the checklist, and the scans.
OWN_PAGES = {Verb.RECEIVE: "admin:filing_reception", Verb.DIGITIZE: "admin:scans"}


@dataclass(frozen=True, slots=True)
class Button:
    """One thing to do now; `by_post` acts at once, the others open a page."""

    label: str
    link: str
    icon: str
    colour: str
    by_post: bool
    key: str = ""

    @property
    def variant(self) -> str:
        return "primary" if self.colour == "primary" else "default"

    @property
    def attrs(self) -> dict[str, str]:
        return {"data-key": self.key} if self.key else {}

    @property
    def style(self) -> str:
        """What ends a dossier is not what the hand shall find first: red, but not filled."""
        return "os-danger" if self.colour == "danger" else ""


def buttons(user, dossier: Dossier) -> list[Button]:
    """One button per verb that is possible now and permitted to this person, what goes on first."""
    found = []
    for verb in rules.possible_verbs(user, dossier):
        if verb in OWN_PAGES:
            found.append(
                Button(verb.label, reverse(OWN_PAGES[verb], args=[dossier.pk]), "task", "primary", False, "d")
            )
            continue
        if verb == Verb.UNDO and not own_last_step(dossier, user):
            continue
        page, link = PAGES[verb], verb_link(dossier, verb)
        found.append(Button(verb.label, link, page.icon, page.colour, page.form is None, page.key))
    if may_add_files(user, dossier) and not rules.is_possible(Verb.DIGITIZE, dossier) and dossier.code:
        found.append(
            Button(_("Add files"), reverse("admin:scans", args=[dossier.pk]), "upload_file", "default", False)
        )
    if may_complete(user, dossier):
        found.append(
            Button(
                _("Completed by the applicant"),
                reverse("admin:filing_completed", args=[dossier.pk]),
                "check",
                "primary",
                True,
            )
        )
    order = ["primary", "default", "danger"]
    return sorted(found, key=lambda button: order.index(button.colour))


def verb_link(dossier: Dossier, verb: Verb) -> str:
    return reverse("admin:dossier_verb", args=[dossier.pk, verb.value])


def may_add_files(user, dossier: Dossier) -> bool:
    """Scans at the desk, later papers also by the officer; nothing is added to what has ended."""
    if dossier.state in FINAL_STATES:
        return False
    return rules.is_clerk_of(user, dossier.receiving_desk) or rules.is_officer_of(
        user, dossier.competent_agency
    )


def may_complete(user, dossier: Dossier) -> bool:
    """A filing that waits for its applicant, at the clerk's own desk."""
    waits = any(s.before_reception and s.answered_at is None for s in dossier.supplements.all())
    return (
        waits
        and rules.is_possible(Verb.ASK_TO_COMPLETE, dossier)
        and rules.may(user, Verb.ASK_TO_COMPLETE, dossier)
    )


def verb_view(request, dossier: Dossier, verb: Verb, site):
    """Ask what the verb needs and act; a refusal stays on the page with everything that was typed."""
    page = PAGES[verb]
    back = redirect("admin:cases_dossier_change", dossier.pk)

    def act(answers: dict):
        """Unless something happened since the page was opened that it does not show."""
        return act_on_seen(dossier, seen_on(request), lambda: page.act(dossier, request.user, answers))

    if page.form is None:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        act_and_tell(request, lambda: act({}), page.done)
        return back
    if request.method == "GET":
        refusal = refusal_before_asking(request.user, verb, dossier)
        if refusal:
            messages.error(request, refusal.sentence)
            return back
    if "insert" in request.POST and "ready" in page.form.base_fields:
        form = page.form.with_ready_reason(request.POST, dossier=dossier, user=request.user)
    else:
        form = page.form(request.POST or None, request.FILES or None, dossier=dossier, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            act(form.answers())
        except CaseError as error:
            form.show_refusal(error)
            if request.FILES and isinstance(error, ChangedMeanwhile):
                form.add_error(None, _("Choose the file again: a browser never keeps it."))
        else:
            messages.success(request, page.done)
            return back
    return TemplateResponse(
        request,
        "cases/admin/verb.html",
        site.page_context(
            request,
            title=verb.label,
            dossier=dossier,
            object=dossier,
            verb=verb,
            page=page,
            form=form,
            seen=last_seen(dossier),
            main_button={"data-main": True},
            no_check={"formnovalidate": True},
            button_colour="danger" if page.colour == "danger" else "primary",
        ),
    )


def seen_on(request) -> int | None:
    """Up to which event the page showed the dossier when it was opened; None when it does not say."""
    return whole_number(request.POST.get("seen"))


def refusal_before_asking(user, verb: Verb, dossier: Dossier) -> CaseError | None:
    """What the service would say at once, so that nobody fills in a form for nothing."""
    if not rules.is_possible(verb, dossier):
        return not_possible(dossier, verb)
    if not rules.may(user, verb, dossier):
        return not_permitted(verb)
    try:
        if verb == Verb.UNDO:
            check_undo(dossier, by=user)
    except CaseError as error:
        return error
    return None


def act_and_tell(request, act: Callable, done) -> bool:
    """Do it and say so, or show the refusal as a sentence; tells whether it was done."""
    try:
        act()
    except CaseError as error:
        messages.error(request, error.sentence)
        return False
    messages.success(request, done)
    return True
