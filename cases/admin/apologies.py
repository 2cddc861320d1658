"""Letters of apology in one screen: what must go out today, the letter beside its facts, issued, and the next one.

The pages say nothing of their own about who may do what: `cases.services.apologies` does.
"""

import secrets
from collections import Counter
from collections.abc import Iterable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin

from cases import deadlines, rules, services
from cases.admin.downloads import pdf
from cases.admin.letters import letter_badge, rights
from cases.admin.page import responsibility_rows
from cases.admin.scope import visible, visible_dossier
from cases.admin.shown import badge, due_with_words, moment
from cases.admin.signatures import signature_badge
from cases.admin.verb_forms import RescheduleForm
from cases.admin.verbs import act_and_tell, seen_on
from cases.apologies_due import EARLY, LATE, TODAY, waiting_letters
from cases.apology_reasons import offered_reason
from cases.enums import Verb
from cases.errors import CaseError
from cases.letters import apologies_about, apology_draft
from cases.models import Dossier
from cases.queries import calendars_of, promise_of, working_days_left
from cases.services.bulk import act_on_all, foresee
from cases.services.meanwhile import check_seen, last_seen
from notifications import signing
from notifications.enums import LetterKind, LetterState
from notifications.models import Letter, Message
from onestop import access
from onestop.numbers import whole_number
from onestop.reading import about
from procedures.calendars import calendar_for, remembered_calendars

PER_PAGE = 50
UNSENT_SHOWN = 20
TOLD_SHOWN = 8
FOLLOWING_READ = 500
MOST_AT_ONCE = 50  # each is printed and perhaps signed by a slow token while the page waits
SHOWS = {"today": TODAY, "late": LATE, "early": EARLY}
RANKS = {
    TODAY: (gettext_lazy("today at the latest"), "warning"),
    LATE: (gettext_lazy("should have gone out: breach"), "danger"),
    EARLY: (gettext_lazy("there is still time"), "info"),
}


class ApologyForm(RescheduleForm):
    """Reason and new date; what nobody has written yet is offered from the ledger and the clock."""

    def proposals(self, dossier):
        found = super().proposals(dossier)
        return {**found, "reason": found["reason"] or offered_reason(dossier)}


# The list -----------------------------------------------------------------------------------------


@remembered_calendars()
def apologies(request):
    """The letters that wait, those for today first; and those that were issued and are still to be sent."""
    if not access.sees_dossiers(request.user):
        raise PermissionDenied
    ranks = dict(waiting_letters(visible(request.user)).values_list("pk", "rank"))  # in their order
    figures, show = Counter(ranks.values()), request.GET.get("show", "")
    found = [pk for pk, rank in ranks.items() if show not in SHOWS or rank == SHOWS[show]]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
    rows = _rows(request.user, page.object_list, ranks)
    issued = _unsent_letters(request.user)
    unsent = _unsent(request.user, issued[:UNSENT_SHOWN])
    about(request, count=len(rows) + len(unsent))
    return _page(
        request,
        "cases/admin/apologies.html",
        title=_("Apologies"),
        tiles=_tiles(figures, show),
        page=page,
        rows=rows,
        query=f"show={show}&" if show in SHOWS else "",
        chooses=any(row["may_issue"] for row in rows),
        unsent=unsent,
        unsent_left=max(issued.count() - UNSENT_SHOWN, 0) if len(unsent) == UNSENT_SHOWN else 0,
    )


def _tiles(figures: Counter, show: str) -> list[dict]:
    """Each figure leads to its own rows."""
    found = [
        ("today", _("must go out today"), "warning"),
        ("late", _("should have gone out: breach"), "danger"),
        ("early", _("drafts with time left"), "info"),
    ]
    return [
        {
            "figure": figures[SHOWS[name]],
            "label": label,
            "shade": shade,
            "link": f"?show={name}",
            "is_current": show == name,
        }
        for name, label, shade in found
    ]


def _rows(user, pks: list[int], ranks: dict[int, int]) -> list[dict]:
    by_pk = Dossier.objects.with_people_apart().in_bulk(pks)
    dossiers = [by_pk[pk] for pk in pks if pk in by_pk]
    calendars, letters = calendars_of(dossiers), _letters_of(dossiers)
    heads = {agency.pk: rules.is_head_of(user, agency) for agency in {d.competent_agency for d in dossiers}}
    rows = []
    for dossier in dossiers:
        calendar, letter = calendars[dossier.competent_agency_id], letters.get(dossier.code)
        by = deadlines.apology_by(dossier.due_at, dossier.clock_started_at, calendar)
        rows.append(
            {
                "dossier": dossier,
                "due": due_with_words(dossier, working_days_left(dossier, calendar)),
                "by": moment(by),
                "rank": badge(*RANKS[ranks[dossier.pk]]),
                "letter": letter,
                "letter_badge": letter_badge(letter) if letter else badge(_("no draft yet"), "warning"),
                "may_issue": bool(letter and letter.reason) and heads[dossier.competent_agency_id],
            }
        )
    return rows


def _letters_of(dossiers: list[Dossier]) -> dict[str, Letter]:
    """The open apology of the cycle of each, by the dossier's code."""
    cycles = {dossier.code: dossier.cycle for dossier in dossiers}
    found = Letter.objects.open().filter(kind=LetterKind.APOLOGY, reference__in=cycles)
    return {letter.reference: letter for letter in found if letter.cycle == cycles[letter.reference]}


def _unsent_letters(user):
    """Those that wait longest first."""
    issued = apologies_about(visible(user)).filter(state=LetterState.ISSUED)
    return issued.order_by("issued_at", "pk")


def _unsent(user, letters: Iterable[Letter]) -> list[dict]:
    """With their dossiers, in one query for all of them."""
    letters = list(letters)
    codes = [letter.reference for letter in letters]
    dossiers = {one.code: one for one in Dossier.objects.with_people().filter(code__in=codes)}
    return [
        {
            "letter": letter,
            "dossier": dossiers[letter.reference],
            "may_send": rights(user, letter, dossiers[letter.reference]).send,
            # A key is pressed once, so it is of the letter that waits longest.
            "print_key": {} if place else {"data-key": "p"},
            "send_key": {} if place else {"data-key": "m"},
        }
        for place, letter in enumerate(letters)
    ]


# One letter ---------------------------------------------------------------------------------------


def apology(request, pk: int):
    """The letter beside the facts; what is done with it leads to the next one that waits."""
    dossier = visible_dossier(request, pk)
    form = ApologyForm(request.POST or None, dossier=dossier, user=request.user)
    if request.method == "POST":
        what = request.POST.get("do", "")
        if what == "send":
            return _send(request, dossier)
        if what not in {"save", "approve", "issue"}:
            raise Http404
        if form.is_valid():
            following = _following(request.user, dossier)
            try:
                check_seen(dossier, seen_on(request))
                letter = _do(what, dossier, by=request.user, **form.answers())
            except CaseError as error:
                form.show_refusal(error)
            else:
                messages.success(request, DONE[what] % {"number": letter.number_text})
                return _onwards(request, what, dossier, letter, following)
    return _letter_page(request, dossier, form)


DONE = {
    "save": gettext_lazy("The letter is written; read the preview."),
    "approve": gettext_lazy("The letter is approved; the head of the agency issues it."),
    "issue": gettext_lazy("The letter %(number)s is issued, the due date moved and the applicant told."),
}


def _do(what: str, dossier: Dossier, *, by, reason: str, new_due_at) -> Letter:
    if what == "issue":
        return services.issue_apology(dossier, by=by, reason=reason, new_due_at=new_due_at)
    return services.write_apology(
        dossier, by=by, reason=reason, new_due_at=new_due_at, approve=what == "approve"
    )


def _onwards(request, what: str, dossier: Dossier, letter: Letter, following: list[int]):
    """To the next letter, or to the list after the last one; who only saved stays."""
    if what == "save":
        return redirect("admin:apology", dossier.pk)
    address = reverse("admin:apologies")
    if following:
        address = reverse("admin:apology", args=[following[0]])
    return redirect(f"{address}?issued={letter.pk}" if what == "issue" and following else address)


def _following(user, dossier: Dossier) -> list[int]:
    """The dossiers whose letters this person can still do something with, beginning behind this one."""
    dossiers = list(waiting_letters(visible(user)).select_related("competent_agency")[:FOLLOWING_READ])
    letters = _letters_of(dossiers)
    agencies = {other.competent_agency for other in dossiers}
    supervised = {agency.pk for agency in agencies if rules.is_supervisor_of(user, agency)}
    headed = {agency.pk for agency in agencies if rules.is_head_of(user, agency)}

    def can_go_on(other: Dossier) -> bool:
        letter = letters.get(other.code)
        is_approved = letter is not None and letter.state == LetterState.APPROVED
        return other.competent_agency_id in (headed if is_approved else supervised)

    places = [place for place, other in enumerate(dossiers) if other.pk == dossier.pk]
    behind = places[0] + 1 if places else 0
    in_turn = dossiers[behind:] + dossiers[:behind]
    return [other.pk for other in in_turn if other.pk != dossier.pk and can_go_on(other)]


def _send(request, dossier: Dossier):
    letter = _live_letter(dossier)
    if letter is None:
        raise Http404
    act_and_tell(
        request, lambda: services.send_apology(letter, by=request.user), _("The letter counts as sent.")
    )
    return redirect("admin:apologies")


def _live_letter(dossier: Dossier) -> Letter | None:
    return (
        Letter.objects.live()
        .filter(kind=LetterKind.APOLOGY, reference=dossier.code or "", cycle=dossier.cycle)
        .first()
    )


def _letter_page(request, dossier: Dossier, form: ApologyForm):
    user, calendar = request.user, calendar_for(dossier.competent_agency)
    letter = _live_letter(dossier)
    waits = dossier.is_running and not (letter and letter.number)
    supervises = waits and rules.is_supervisor_of(user, dossier.competent_agency)
    by = waits and deadlines.apology_by(dossier.due_at, dossier.clock_started_at, calendar)
    following = _following(user, dossier)
    return _page(
        request,
        "cases/admin/apology.html",
        title=_("Apology"),
        object=dossier,
        dossier=dossier,
        letter=letter,
        letter_badge=letter_badge(letter) if letter else "",
        signature=signature_badge(letter) if letter else "",
        form=form,
        writes=supervises,
        issues=waits and rules.is_head_of(user, dossier.competent_agency),
        may=letter and rights(user, letter, dossier),
        is_connected=signing.is_connected(dossier.competent_agency.identifier),
        due=due_with_words(dossier, working_days_left(dossier, calendar)),
        apology_by=by,
        promise=promise_of(dossier, calendar),
        responsibility=responsibility_rows(dossier, calendar),
        told=[event for event in dossier.events.all() if event.is_public][-TOLD_SHOWN:],
        messages_sent=Message.objects.filter(reference=dossier.code or "").exclude(reference="")[:TOLD_SHOWN],
        seen=last_seen(dossier),
        next_one=following[0] if following else None,
        waiting=len(following),
        issued=_just_issued(request),
    )


def _just_issued(request) -> dict | None:
    """The letter that was issued before this page came, to be printed and marked as sent."""
    pk = whole_number(request.GET.get("issued"))
    letter = pk and _unsent_letters(request.user).filter(pk=pk).first()
    return _unsent(request.user, [letter])[0] if letter else None


@xframe_options_sameorigin
def preview(request, pk: int):
    """The letter with what was typed, or else with what is offered, marked as a draft; nothing is stored."""
    dossier = visible_dossier(request, pk)
    if dossier.due_at is None:
        raise Http404(_("There is a letter of apology from reception on."))
    form = ApologyForm(request.POST or None, dossier=dossier, user=request.user)
    form.is_valid()  # what is not right yet has dots
    said = form.cleaned_data if form.is_bound else form.initial
    content = apology_draft(dossier, reason=said.get("reason", ""), new_due_at=said.get("new_due_at"))
    return pdf(content, f"preview-{dossier.code}.pdf")


# Many at once -------------------------------------------------------------------------------------


def bulk(request):
    """What issuing the chosen letters would do; then a result for each, and none holds up another."""
    if not access.sees_dossiers(request.user):
        raise PermissionDenied
    if request.method != "POST":
        return redirect("admin:apologies")
    pks = {whole_number(pk) for pk in request.POST.getlist("dossier")[: MOST_AT_ONCE + 1]} - {None}
    if len(pks) > MOST_AT_ONCE:
        messages.error(request, _("Choose at most %(most)s letters at once.") % {"most": MOST_AT_ONCE})
        return redirect("admin:apologies")
    dossiers = visible(request.user).filter(pk__in=pks).with_people().order_by("first_due_at", "pk")
    letters = _letters_of(dossiers)
    done = "act" in request.POST
    nonce = request.POST.get("nonce") or secrets.token_urlsafe(16)
    try:
        if done:
            rows = act_on_all(Verb.RESCHEDULE, dossiers, by=request.user, nonce=nonce[:60])
        else:
            rows = foresee(Verb.RESCHEDULE, dossiers, by=request.user)
    except CaseError as error:
        messages.error(request, error.sentence)
        return redirect("admin:apologies")
    if done:  # with their numbers
        now = Letter.objects.in_bulk([letter.pk for letter in letters.values()])
        letters = {code: now[letter.pk] for code, letter in letters.items()}
    about(request, count=len(rows))
    return _page(
        request,
        "cases/admin/apologies_bulk.html",
        title=_("Issue letters of apology"),
        rows=[{"row": row, "letter": letters.get(row.dossier.code)} for row in rows],
        good=sum(row.is_possible for row in rows),
        bad=sum(not row.is_possible for row in rows),
        done=done,
        nonce=nonce,
        here=request.path,
        main_button={"data-main": True},
    )


def _page(request, template: str, **context) -> TemplateResponse:
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))
