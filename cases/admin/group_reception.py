"""Group reception: a list from Excel for one procedure, or one person with several procedures."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cases import desk, rules, services
from cases.admin import shown
from cases.admin.counter import clerks_only, page
from cases.admin.downloads import private
from cases.admin.group_forms import PeopleForm, PersonForm
from cases.admin.group_receipts import parts_of, wanted
from cases.admin.reception_search import searched
from cases.admin.scope import visible
from cases.enums import GroupKind
from cases.errors import CaseError, KeyReused
from cases.excel import EXCEL_TYPE
from cases.group_files import FileRow, columns_of, template
from cases.models import ReceptionGroup
from cases.services.groups import Foreseen, GroupRow
from cases.services.idempotency import fingerprint_of, once
from cases.services.population_check import offers_check
from cases.services.versions import check_takes_paper, version_in_force
from procedures.enums import Channel
from procedures.models import ProcedureVersion

MOST_RECENT = 10
# Which of the two buttons was pressed, and the list that the page brings along, are not what was asked for.
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "receive", "check", "find", "add"})


def groups(request):
    """Which procedure the list is for; then the list."""
    clerks_only(request)
    code = request.POST.get("procedure") or request.GET.get("procedure", "")
    if code:
        try:
            return _people(request, _version(code))
        except CaseError as error:
            messages.error(request, error.sentence)
    text = searched(request) or ""
    own = ReceptionGroup.objects.filter(desk=request.user.workplace).select_related("by")
    return page(
        request,
        "cases/admin/groups.html",
        title=_("Receive a group"),
        q=text,
        versions=desk.procedures_found(text, request.user.workplace),
        recent=own[:MOST_RECENT],
    )


@require_safe
def list_template(request):
    """The empty list of a procedure, for a school or a village to fill in."""
    clerks_only(request)
    try:
        version = _version(request.GET.get("procedure", ""))
    except CaseError as error:
        raise Http404(error.sentence) from error
    form = PeopleForm(version=version, desk=request.user.workplace, clerk=request.user)
    response = HttpResponse(template(version, columns_of(form.quantities)), content_type=EXCEL_TYPE)
    response["Content-Disposition"] = f'attachment; filename="danh-sach-{version.procedure.code}.xlsx"'
    return private(response)


def one_person(request):
    """The applicant once, then the checklist of each procedure."""
    clerks_only(request)
    workplace = request.user.workplace
    form = PersonForm(request.POST or None, desk=workplace)
    checklists, rows = [], []
    if form.is_bound and form.is_valid():
        checklists = form.checklists()
        if all([checklist.is_valid() for checklist in checklists]):
            wishes = [form.group_row(checklist) for checklist in checklists]
            # What was chosen just now has not been looked at: nothing is received with it.
            received, rows = _check_or_receive(
                request, form, wishes, GroupKind.PROCEDURES, form.cleaned_data["full_name"], new=form.added
            )
            if received:
                return redirect("admin:group", received)
    return page(
        request,
        "cases/admin/group_person.html",
        title=_("One person, several procedures"),
        form=form,
        checklists=checklists,
        rows=rows,
        versions=desk.procedures_found("", workplace),
        ready=bool(rows) and all(row.is_ready for row in rows),
    )


@require_POST
def find_procedure(request):
    """The procedures below the search box while somebody types."""
    clerks_only(request)
    found = desk.procedures_found(request.POST.get("find", ""), request.user.workplace)
    return TemplateResponse(request, "cases/admin/group_results.html", {"versions": found})


@require_safe
def group(request, pk: int):
    """The dossiers of a group as they stand now."""
    dossiers = visible(request.user).filter(group=pk).with_people().order_by("pk")
    found = ReceptionGroup.objects.filter(pk=pk).select_related("desk", "by").first()
    if found is None or not dossiers:
        raise Http404(_("There is no such group, or it belongs to other agencies."))
    prints = rules.is_clerk_of(request.user, found.desk)
    return page(
        request,
        "cases/admin/group.html",
        title=found.name,
        group=found,
        print_all=f"{reverse('admin:receipts')}?group={found.pk}",
        rows=[
            {"dossier": dossier, "state": shown.state_badge(dossier), "due": shown.moment(dossier.due_at)}
            for dossier in dossiers
        ],
        parts=parts_of(wanted(dossiers).count()) if prints else [],
        new_tab={"target": "_blank", "rel": "noopener", "data-key": "p"},
        offers_check=any(offers_check(request.user, dossier) for dossier in dossiers),
    )


# --- The list of people -------------------------------------------------------------------------


def _people(request, version: ProcedureVersion):
    form = PeopleForm(
        request.POST or None,
        request.FILES or None,
        version=version,
        desk=request.user.workplace,
        clerk=request.user,
    )
    rows: list[Line] = []
    if form.is_bound and form.is_valid():
        try:
            people = form.list_of_people()
        except CaseError as error:
            form.show_refusal(error)
        else:
            form.keep(people)
            received, rows = _people_sent(request, form, people)
            if received:
                return redirect("admin:group", received)
    return page(
        request,
        "cases/admin/group_people.html",
        title=_("Receive a group"),
        version=version,
        form=form,
        rows=rows,
        wrong=sum(not row.is_ready for row in rows),
        ready=bool(rows) and all(row.is_ready for row in rows),
    )


def _people_sent(request, form: PeopleForm, people: list[FileRow]):
    """Rows with cells that could not be read are told as such; the others are checked by the service."""
    unread = {row.number: " ".join(row.problems) for row in people if row.problems}
    if not unread:
        wishes = [form.group_row(row) for row in people]
        return _check_or_receive(
            request, form, wishes, GroupKind.PEOPLE, form.cleaned_data["name"], new=bool(request.FILES)
        )
    readable = [row for row in people if not row.problems]
    checked = _lines(request, form, [form.group_row(row) for row in readable], GroupKind.PEOPLE)
    lines = dict(zip([row.number for row in readable], checked, strict=False))
    if readable and not lines:
        return None, []
    for row in people:
        if row.problems:
            place = _("Row %(number)s") % {"number": row.number}
            lines[row.number] = Line(place, row.values.get("full_name", ""), "", unread[row.number])
    return None, [lines[number] for number in sorted(lines)]


def _version(code: str) -> ProcedureVersion:
    """The version of today that takes paper; `NotInForce` or `Invalid` says why there is none."""
    version = version_in_force(desk.procedure_of(code), timezone.localdate())
    check_takes_paper(version, Channel.DESK, timezone.localdate())
    return version


# --- Both ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """What the preview says of one dossier: ready with its due date and fee, or why not."""

    place: str
    name: str
    number: str
    refusal: str = ""
    due_at: datetime | None = None
    owed: str = ""

    @property
    def is_ready(self) -> bool:
        return not self.refusal


def _check_or_receive(request, form, wishes: list[GroupRow], kind: str, name: str, *, new: bool):
    """The number of the group that was received, or None and the preview; what is new is only looked at."""
    if "receive" in request.POST and not new:
        try:
            return _receive_once(request, form, wishes, kind, name), []
        except KeyReused:
            form.ask_again()
        except CaseError as error:
            form.show_refusal(error)
    return None, _lines(request, form, wishes, kind)


def _receive_once(request, form, wishes: list[GroupRow], kind: str, name: str) -> int:
    """A page sent twice makes one group: its hidden number is the key."""
    workplace = request.user.workplace

    def act():
        group, dossiers = services.receive_group(
            wishes, kind=kind, name=name, desk=workplace, by=request.user
        )
        return 201, {"pk": group.pk, "count": len(dossiers)}

    typed = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_TYPED}
    answer = once(
        request.user, f"group:{form.cleaned_data['nonce']}", fingerprint_of("group", kind, data=typed), act
    )
    count = answer.body["count"]
    if answer.replayed:
        messages.success(request, _("This page was sent before; this is the group that it has become."))
    else:
        words = ngettext("%(count)s dossier is received.", "%(count)s dossiers are received.", count)
        messages.success(request, words % {"count": count})
    return answer.body["pk"]


def _lines(request, form, wishes: list[GroupRow], kind: str) -> list[Line]:
    if not wishes:
        return []
    try:
        foreseen = services.check_group(wishes, kind=kind, desk=request.user.workplace, by=request.user)
    except CaseError as error:
        form.show_refusal(error)
        return []
    return [_line(one) for one in foreseen]


def _line(one: Foreseen) -> Line:
    facts = one.row.applicant
    owed = shown.money(one.owed) if one.is_possible else ""
    return Line(one.row.place, facts.full_name, facts.id_number, one.refusal, one.due_at, owed)
