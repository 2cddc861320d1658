"""Changes of the calendar: propose, look at what they would move, approve, watch it being applied (R24)."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from cases import rules, tasks
from cases.admin.downloads import private
from cases.admin.revision_forms import DayFormSet, ImportForm, RevisionForm, empty_days, with_more_rows
from cases.admin.scope import visible
from cases.admin.shown import moment
from cases.admin.verbs import act_and_tell
from cases.enums import RevisionState
from cases.errors import CaseError
from cases.models import CalendarRevision
from cases.services import calendar_preview, revisions
from onestop import access
from onestop.admin import DropdownFilter, OnestopModelAdmin, badge, display
from onestop.numbers import whole_number
from procedures.ical import BadCalendar, read_ical
from procedures.models import CalendarDay

COLOURS = {
    RevisionState.DRAFT: "warning",
    RevisionState.APPROVED: "info",
    RevisionState.DONE: "success",
    RevisionState.CANCELLED: "danger",
}
PER_PAGE = 50
REFRESH_SECONDS = 5


class StateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return RevisionState.choices

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() in RevisionState.values else queryset


@admin.register(CalendarRevision)
class RevisionAdmin(OnestopModelAdmin):
    viewers = staticmethod(access.sees_calendar_changes)
    list_display = ["label", "shown_agency", "shown_state", "shown_days", "progress", "shown_by"]
    list_display_links = ["label"]
    list_filter = [StateFilter]
    list_select_related = ["agency", "created_by"]
    list_before_template = "cases/admin/revision_buttons.html"
    search_fields = ["reason", "legal_reference"]
    actions = None

    def rows_for(self, user, queryset):
        """Changes of the country's calendar, and of the agencies above and below the own one."""
        queryset = queryset.annotate(day_count=Count("days"))
        if rules.keeps_machine(user) and user.workplace_id is None:
            return queryset
        line = list(user.workplace.ancestors()) if user.workplace_id else []
        return queryset.filter(
            Q(agency=None) | Q(agency__in=line) | Q(agency__in=list(access.agencies_of(user)))
        )

    @display(description=_("reason"), ordering="reason")
    def label(self, revision):
        return revision.reason

    @display(description=_("calendar of"), ordering="agency")
    def shown_agency(self, revision):
        return revision.agency or _("the whole country")

    @display(description=_("state"), ordering="state")
    def shown_state(self, revision):
        return state_badge(revision)

    @display(description=_("days"), ordering="day_count")
    def shown_days(self, revision):
        return revision.day_count or "–"

    @display(description=_("moved"))
    def progress(self, revision):
        return progress_words(revision)

    @display(description=_("proposed"), ordering="created_at")
    def shown_by(self, revision):
        return f"{moment(revision.created_at)} {revision.created_by or ''}"

    def changelist_view(self, request, extra_context=None):
        may = {"proposes": access.proposes_calendar(request.user)}
        return super().changelist_view(request, {**(extra_context or {}), **may})

    def get_urls(self):
        guarded = self.admin_site.admin_view
        return [
            path("add/", guarded(self.propose), name="cases_calendarrevision_add"),
            path("import/", guarded(self.import_file), name="revision_import"),
            path("<int:pk>/preview.csv", guarded(self.preview_csv), name="revision_csv"),
            path("<int:pk>/approve/", require_POST(guarded(self.approve)), name="revision_approve"),
            path("<int:pk>/cancel/", require_POST(guarded(self.cancel)), name="revision_cancel"),
            *super().get_urls(),
        ]

    # Proposing --------------------------------------------------------------------------------------

    def propose(self, request):
        """Reason, document and days; `?day=` is the key of a day to be switched, `more` asks for more rows."""
        self._only_proposers(request)
        day = _day_of(request)
        form = RevisionForm(
            request.POST or None, user=request.user, initial={"agency": day and day.agency_id}
        )
        formset = DayFormSet(request.POST) if request.method == "POST" else empty_days(day)
        if request.method == "POST" and "more" not in request.POST and form.is_valid() and formset.is_valid():
            answers = form.cleaned_data
            try:
                revision = revisions.propose(
                    answers.pop("agency"), **answers, days=formset.facts(), by=request.user
                )
            except CaseError as error:
                form.show_refusal(error)
            else:
                return redirect(_page_of(revision))
        if "more" in request.POST:
            formset = with_more_rows(request.POST)
        return self._render(
            request, "cases/admin/revision_form.html", _("Propose a change"), form=form, formset=formset
        )

    def import_file(self, request):
        """An official calendar in a file becomes a proposal like any other."""
        self._only_proposers(request)
        form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
        if request.method == "POST" and form.is_valid():
            answers = form.cleaned_data
            agency, file, complete = (answers.pop(name) for name in ("agency", "file", "complete"))
            try:
                days = revisions.days_to_import(read_ical(file.read()), agency, complete=complete)
                revision = revisions.propose(agency, **answers, days=days, by=request.user)
            except BadCalendar as error:
                form.add_error("file", error.sentence)
            except CaseError as error:
                form.show_refusal(error)
            else:
                return redirect(_page_of(revision))
        return self._render(
            request, "cases/admin/revision_import.html", _("Import an official calendar"), form=form
        )

    # One revision -----------------------------------------------------------------------------------

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of one change: what it would move, how far it is, what it moved."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        revision = self.get_object(request, unquote(object_id))
        if revision is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, revision):
            raise PermissionDenied
        context = {
            "revision": revision,
            "state_badge": state_badge(revision),
            "days": revision.days.all(),
            "progress": progress_words(revision),
        }
        if revision.state == RevisionState.DRAFT:
            context |= _draft_context(request, revision)
        elif revision.state != RevisionState.CANCELLED:
            context |= _moved_context(request, revision)
        return self._render(request, "cases/admin/revision.html", "", object=revision, **context)

    def preview_csv(self, request, pk: int):
        """All dossiers that a proposal would move, one line each, as they are found."""
        revision = self._revision(request, pk)
        lines = csv.writer(_Echo())
        head = [_t("Dossier"), _t("Procedure"), _t("Old due date"), _t("New due date")]
        rows = (
            [row.code, row.procedure, moment(row.old_due_at), moment(row.new_due_at)]
            for row in calendar_preview.moves(revision)
        )
        response = StreamingHttpResponse(_written(lines, head, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="calendar-change-{pk}.csv"'
        return private(response)

    def approve(self, request, pk: int):
        """Only after it was confirmed: the days hold at once, and applicants are told."""
        revision = self._revision(request, pk)
        done = _("The days are in force; the workers move the due dates now.")
        if "confirmed" not in request.POST:
            messages.error(request, _("Confirm that you have looked at what moves; nothing was changed."))
        elif act_and_tell(request, lambda: revisions.approve(revision, by=request.user), done):
            tasks.apply_calendar_revisions_soon()
        return redirect(_page_of(revision))

    def cancel(self, request, pk: int):
        revision = self._revision(request, pk)
        done = _("The proposal is dropped; nothing was changed.")
        act_and_tell(request, lambda: revisions.cancel(revision, by=request.user), done)
        return redirect(_page_of(revision))

    def _revision(self, request, pk: int) -> CalendarRevision:
        revision = self.get_queryset(request).filter(pk=pk).first()
        if revision is None or not self.has_view_permission(request):
            raise Http404
        return revision

    def _only_proposers(self, request) -> None:
        if not access.proposes_calendar(request.user):
            raise PermissionDenied

    def _render(self, request, template: str, title, **context):
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request, template, self.admin_site.page_context(request, title=title, **context)
        )


def state_badge(revision: CalendarRevision):
    return badge(revision.get_state_display(), COLOURS[RevisionState(revision.state)])


def progress_words(revision: CalendarRevision) -> str:
    """How many moved, and while it is being applied of how many looked at."""
    if revision.state == RevisionState.APPROVED:
        return _t("%(moved)s moved, %(checked)s of %(total)s looked at") % {
            "moved": revision.moved,
            "checked": revision.checked,
            "total": max(revision.total, revision.checked),
        }
    if revision.state == RevisionState.DONE:
        return _t("%(moved)s of %(checked)s") % {"moved": revision.moved, "checked": revision.checked}
    return "–"


def _page_of(revision: CalendarRevision) -> str:
    return reverse("admin:cases_calendarrevision_change", args=[revision.pk])


def _draft_context(request, revision: CalendarRevision) -> dict:
    """Totals on the first page of the list only: they look at every open dossier."""
    after = whole_number(request.GET.get("after")) or 0
    found = list(islice(calendar_preview.moves(revision, after=after), PER_PAGE + 1))
    shown = found[:PER_PAGE]
    return {
        "preview": calendar_preview.preview(revision) if not after else None,
        "rows": _rows(request.user, [(row.pk, row) for row in shown]),
        "next_after": shown[-1].pk if len(found) > PER_PAGE else None,
        "is_continued": bool(after),
        "may_approve": rules.may_approve_calendar(request.user, revision.agency),
        "may_cancel": request.user == revision.created_by
        or rules.may_approve_calendar(request.user, revision.agency),
    }


def _moved_context(request, revision: CalendarRevision) -> dict:
    moved = revision.moves.select_related("dossier__version__procedure").order_by("pk")
    page = Paginator(moved, PER_PAGE).get_page(request.GET.get("p"))
    rows = [
        (
            move.dossier_id,
            calendar_preview.Looked(
                move.dossier_id,
                move.dossier.code,
                move.dossier.version.procedure.code,
                move.old_due_at,
                move.new_due_at,
            ),
        )
        for move in page.object_list
    ]
    running = revision.state == RevisionState.APPROVED
    percent = 100 * revision.checked // revision.total if revision.total else 100
    return {
        "page": page,
        "rows": _rows(request.user, rows),
        "refresh": REFRESH_SECONDS if running else None,
        "percent": min(percent, 99) if running else 100,
    }


def _rows(user, looked: list[tuple[int, calendar_preview.Looked]]) -> list[dict]:
    """Each with whether this person may open the dossier: who keeps a calendar need not."""
    open_to = set(visible(user).filter(pk__in=[pk for pk, _row in looked]).values_list("pk", flat=True))
    return [
        {
            "pk": pk,
            "may_open": pk in open_to,
            "code": row.code,
            "procedure": row.procedure,
            "old": moment(row.old_due_at),
            "new": moment(row.new_due_at),
        }
        for pk, row in looked
    ]


def _day_of(request) -> CalendarDay | None:
    return CalendarDay.objects.filter(pk=whole_number(request.GET.get("day"))).first()


class _Echo:
    """A file that gives back what is written to it, so that lines can be sent one by one."""

    def write(self, line: str) -> str:
        return line


def _written(lines, head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield "\ufeff"  # without it Excel takes the file for Latin-1 and breaks Vietnamese
    yield lines.writerow(head)
    for row in rows:
        yield lines.writerow(row)
