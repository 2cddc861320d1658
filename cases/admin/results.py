"""Handing results over: scan or type the code, check who collects, take what is owed, next one (R34)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import deadlines, rules, services
from cases.admin import shown
from cases.admin.downloads import pdf
from cases.admin.money import money_of, owed_badge
from cases.admin.money_forms import ReturnForm
from cases.admin.scope import visible_dossier
from cases.admin.verbs import refusal_before_asking, seen_on
from cases.citizen_card import looks_like_a_card
from cases.codes import code_in
from cases.desk_printouts import hand_over_slip_payload
from cases.enums import CollectionProof, DocumentSource, PaymentMethod, State, Verb
from cases.errors import CaseError
from cases.models import Dossier
from cases.queries import fees_of, sentence_of
from cases.services.meanwhile import act_on_seen, last_seen
from cases.transfers import Transfer, transfer_of
from notifications.pdf import hand_over_slip_pdf
from onestop import access
from onestop.numbers import whole_number

MOST_READY = 50
READY = Q(state=State.PAID) | Q(state=State.PROCESSING, finished_at__isnull=False)


class HandOverForm(ReturnForm):
    """With what is owed, it is paid and handed over at once."""

    owed = forms.IntegerField(widget=forms.HiddenInput, required=False)
    method = forms.ChoiceField(
        label=gettext_lazy("Paid by"), choices=PaymentMethod.choices, widget=forms.RadioSelect, required=False
    )
    reference = forms.CharField(label=gettext_lazy("Reference of the bank"), required=False, max_length=60)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_owed:
            del self.fields["method"], self.fields["reference"]

    @cached_property
    def is_owed(self) -> bool:
        return self.dossier.balance > 0

    @cached_property
    def transfer(self) -> Transfer | None:
        return transfer_of(self.dossier)

    def proposals(self, dossier):
        proposals = super().proposals(dossier)
        return {**proposals, "owed": max(dossier.balance, 0), "method": PaymentMethod.CASH}

    def answers(self) -> dict:
        answers = super().answers()
        answers["amount"] = answers.pop("owed") or 0
        return answers

    @property
    def money_fields(self) -> list:
        return [self[name] for name in ("method", "reference") if name in self.fields]

    @property
    def more_fields(self) -> list:
        """Everything but the proof, which comes first and has keys of its own, with when it is asked for."""
        names = [
            "tracking_number",
            "collector",
            "collector_id_number",
            "authorisation",
            "originals",
            "originals_returned",
            "acknowledgement",
        ]
        return [(self[name], _ONLY_FOR.get(name, "")) for name in names if name in self.fields]


_ONLY_FOR = {"authorisation": "authorisation", "tracking_number": "post", "acknowledgement": "desk"}


def results(request):
    """One field for the code, and what waits to be collected, the oldest first."""
    _clerks_only(request)
    typed = request.POST.get("ma", "").strip()
    if typed:
        dossier = _found(request, typed)
        if dossier:
            # Who scanned the code of the receipt has the receipt in the hand.
            query = "?phieu=1" if "ma=" in typed.lower() else ""
            return redirect(reverse("admin:result", args=[dossier.pk]) + query)
        messages.error(request, _not_found(typed))
    ready = list(_ready(request.user)[: MOST_READY + 1])
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Hand over results"),
        rows=[(dossier, owed_badge(fees_of(dossier))) for dossier in ready[:MOST_READY]],
        more=len(ready) > MOST_READY,
        done=_just_done(request),
        new_tab={"target": "_blank", "rel": "noopener"},
    )
    return TemplateResponse(request, "cases/admin/results.html", context)


def result(request, pk: int):
    """What to check before the result is handed over; a refusal stays on the page with what was typed."""
    _clerks_only(request)
    dossier = visible_dossier(request, pk)
    refusal = _refusal(request.user, dossier)
    form = None
    if refusal is None or request.method == "POST":
        initial = {"proof": CollectionProof.RECEIPT} if "phieu" in request.GET else {}
        sent = request.POST if request.method == "POST" else None
        form = HandOverForm(sent, dossier=dossier, user=request.user, initial=initial)
    # Enter in a field, a scanner's too, only looks: the next receipt must not hand over this result.
    if form is not None and form.is_bound and "look" not in request.POST and form.is_valid():
        answers = form.answers()
        try:
            act_on_seen(
                dossier,
                seen_on(request),
                lambda: services.pay_and_return(dossier, by=request.user, **answers),
            )
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(request, _("The result of %(code)s is handed over.") % {"code": dossier})
            return redirect(f"{reverse('admin:results')}?{urlencode({'xong': dossier.pk})}")
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Hand over results"),
        dossier=dossier,
        form=form,
        refusal=refusal.sentence if refusal else "",
        state_badge=shown.state_badge(dossier),
        due=shown.due_with_words(dossier, None),
        sentence=sentence_of(dossier) if dossier.code else "",
        is_early=_is_early(dossier),
        money=money_of(dossier, request.user),
        documents=dossier.documents.filter(source=DocumentSource.RESULT),
        seen=last_seen(dossier),
        new_tab={"target": "_blank", "rel": "noopener"},
    )
    return TemplateResponse(request, "cases/admin/result.html", context)


def slip(request, pk: int):
    """The slip that the collector signs, before or after the result is handed over."""
    dossier = visible_dossier(request, pk)
    if not dossier.finished_at or not rules.is_clerk_of(request.user, dossier.receiving_desk):
        raise Http404(_("There is a hand-over slip once there is a result, at the desk that received."))
    content = hand_over_slip_pdf(hand_over_slip_payload(dossier, clerk=str(request.user)))
    return pdf(content, f"{dossier.code}-hand-over.pdf")


def _clerks_only(request) -> None:
    if not access.receives(request.user):
        raise PermissionDenied(_("Results are handed over by the clerks of a desk."))


def _found(request, typed: str) -> Dossier | None:
    code = code_in(typed)
    return Dossier.objects.visible_to(request.user).filter(code=code).first() if code else None


def _not_found(typed: str) -> str:
    """What was scanned is not repeated: it may be the citizen card of whoever collects."""
    if looks_like_a_card(typed):
        return _("This is a citizen card. Scan the code of the receipt.")
    if code := code_in(typed):
        return _("No dossier of your desk has the code “%(code)s”. Compare it with the receipt.") % {
            "code": code
        }
    return _("This is no code of a dossier. Scan it again, or type it from the receipt.")


def _ready(user):
    return (
        Dossier.objects.at_desks_of(user.workplace)
        .filter(READY)
        .with_people_apart()
        .prefetch_related("fees", "waivers", "payments")
        .order_by("finished_at", "pk")
    )


def _refusal(user, dossier: Dossier) -> CaseError | None:
    """Why it cannot be handed over; what is only owed is taken on the same page."""
    if rules.is_possible(Verb.PAY, dossier) and dossier.finished_at:
        return refusal_before_asking(user, Verb.PAY, dossier)
    return refusal_before_asking(user, Verb.RETURN_RESULT, dossier)


def _is_early(dossier: Dossier) -> bool:
    if not dossier.finished_at or not dossier.due_at:
        return False
    return deadlines.punctuality(dossier.due_at, dossier.finished_at) == deadlines.Punctuality.EARLY


def _just_done(request) -> dict | None:
    """The one that was handed over a moment ago, with what can be printed of it."""
    number = whole_number(request.GET.get("xong"))
    if number is None:
        return None
    dossier = Dossier.objects.visible_to(request.user).filter(pk=number, state=State.RETURNED).first()
    if dossier is None:
        return None
    return {"dossier": dossier, "payment": dossier.payments.filter(amount__gt=0).last()}
