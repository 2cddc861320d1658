"""The dossier list and the dossier page: everything to see, nothing to edit; what changes goes by the verbs."""

from datetime import datetime

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from cases import lists
from cases.admin import budget_bars, downloads, filters, past_pages, searching
from cases.admin.archived import drawn, or_archived, to_archived
from cases.admin.bulk import BulkActions
from cases.admin.page import dossier_context
from cases.admin.past import asks_for_past, past_answer
from cases.admin.result_signing import sign_result
from cases.admin.scope import visible_dossier
from cases.admin.shown import answer_due, due_with_words, moment, state_badge
from cases.admin.verbs import PAGES, verb_view
from cases.archive import reading as archive
from cases.enums import FINAL_STATES, Verb
from cases.models import Dossier
from cases.queries import asked_twice, calendars_of, tidy_code, working_days_left
from cases.services.lists import address_of, columns_of
from onestop import access
from onestop.admin import badge, display
from onestop.lists import AFTER, BEFORE, KeysetChangeList, KeysetModelAdmin


def plain_cell(column: lists.Column):
    """A column that shows its value as it is."""

    def cell(dossier):
        value = column.value(dossier)
        return moment(value) if isinstance(value, datetime) else "–" if value in (None, "") else value

    return display(cell, description=column.title, ordering=column.sort or None)


# Columns with a cell of their own, by the name of the method; the others are plain.
OWN_CELLS = {
    "code": "label",
    "procedure": "procedure",
    "applicant": "applicant",
    "state": "shown_state",
    "due": "due",
    "holder": "shown_holder",
}
CELLS = {name: OWN_CELLS.get(name) or plain_cell(column) for name, column in lists.COLUMNS.items()}
# What several parts of a dossier's page ask for, read once.
OF_THE_PAGE = [
    "fees__waivers",
    "waivers",
    "payments",
    "supplements",
    "extensions",
    "excluded_periods",
    "step_runs__officer",
    "version__steps",
]


class DossierChangeList(KeysetChangeList):
    """Knows how far away each due date is; calendars are read once for the page."""

    @property
    def address(self) -> str:
        """Filters and order of this list, as a saved list keeps them."""
        return urlencode(lists.known(self.params))

    def saved_lists(self):
        return self.request.user.saved_lists.all()

    def prints_receipts(self) -> bool:
        return access.receives(self.request.user)

    def get_filters_params(self, params=None):
        found = super().get_filters_params(params)
        found.pop(searching.TOKEN, None)
        return found

    def get_queryset(self, request, exclude_parameters=None):
        self.query = searching.text_of(request)
        return super().get_queryset(request, exclude_parameters)

    def get_results(self, request):
        super().get_results(request)
        calendars = calendars_of(self.result_list)
        twice = asked_twice(self.result_list)
        for dossier in self.result_list:
            dossier.was_asked_twice = dossier.pk in twice
            dossier.days_left = working_days_left(dossier, calendars[dossier.competent_agency_id])
        if is_my_queue(request):
            budget_bars.attach(self.result_list, calendars)


def in_the_queue(columns: list) -> list:
    """Who holds them is known there; what their time is used for stands right of the due date."""
    columns = [column for column in columns if column != CELLS["holder"]]
    place = columns.index(CELLS["due"]) + 1 if CELLS["due"] in columns else len(columns)
    return [*columns[:place], "time_used", *columns[place:]]


def is_my_queue(request) -> bool:
    """The list as the officer's queue shows what its time is used for."""
    return request.GET.get("holder") == "me"


@admin.register(Dossier)
class DossierAdmin(BulkActions, KeysetModelAdmin):
    viewers = staticmethod(access.sees_dossiers)
    list_display = list(OWN_CELLS.values())
    list_display_links = ["label"]
    list_before_template = "cases/admin/list_bar.html"
    list_filter = filters.OF_THE_LIST
    search_fields = ["code"]  # shows the box; what is searched is `DossierQuerySet.search`
    search_help_text = _("Code, name, whole ID number or phone")

    def rows_for(self, user, queryset):
        return queryset.of_agencies_of(user).with_people_apart()

    def get_object(self, request, object_id, from_field=None):
        """One page may be open to an agency that was asked, although no list of its has the dossier."""
        found = Dossier.objects.visible_to(request.user).with_people().select_related("limit")
        found = found.prefetch_related(*OF_THE_PAGE)
        try:
            return found.filter(pk=self.opts.pk.to_python(object_id)).first()
        except ValidationError:
            return None

    def get_changelist(self, request, **kwargs):
        return DossierChangeList

    def keys_for(self, params):
        return lists.sort_keys(params)

    def default_sort(self, request, params) -> str:
        return lists.default_sort(request.user, params)

    def get_list_display(self, request):
        columns = [CELLS[name] for name in columns_of(request.user)]
        return in_the_queue(columns) if is_my_queue(request) else columns

    def get_sortable_by(self, request):
        return [CELLS[name] for name, column in lists.COLUMNS.items() if column.sort]

    def changelist_view(self, request, extra_context=None):
        return (
            _to_tidy_address(request)
            or to_archived(request)
            or super().changelist_view(request, extra_context)
        )

    @staticmethod
    def search(request):
        """What was typed into the box: a code goes into the address, everything else stays out of it."""
        text, filters_kept = request.POST.get("text", "").strip(), request.POST.get("list", "")
        code = tidy_code(text)
        found = {"q": code} if code else {searching.TOKEN: searching.keep(request, text)} if text else {}
        address = urlencode(found)
        return _to_list("&".join(filter(None, [address_of(filters_kept), address])))

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term), False

    @display(description=_("dossier"))
    def label(self, dossier):
        return str(dossier)

    @display(description=_("procedure"))
    def procedure(self, dossier):
        return format_html(
            '<span class="os-two-lines">{}<small>{}</small></span>',
            dossier.version.name,
            dossier.version.procedure.code,
        )

    @display(description=_("state"))
    def shown_state(self, dossier):
        if dossier.was_asked_twice:
            return format_html("{} {}", state_badge(dossier), badge(_("asked twice"), "warning"))
        return state_badge(dossier)

    @display(description=_("due date"), ordering="due")
    def due(self, dossier):
        return answer_due(dossier) or due_with_words(dossier, dossier.days_left)

    @display(description=_("time used"))
    def time_used(self, dossier):
        return budget_bars.cell(dossier)

    @display(description=_("held by"))
    def shown_holder(self, dossier):
        if dossier.state in FINAL_STATES:
            return "–"
        if dossier.holder is None:
            return dossier.holder_unit.name
        return format_html(
            '<span class="os-two-lines">{}<small>{}</small></span>', dossier.holder, dossier.holder_unit.name
        )

    def get_urls(self):
        guarded = self.admin_site.admin_view
        return [
            path("tim/", guarded(require_POST(self.search)), name="dossier_search"),
            path("<int:pk>/verb/<str:verb>/", guarded(self.verb_page), name="dossier_verb"),
            path("<int:pk>/result/sign/", guarded(require_POST(sign_result)), name="result_sign"),
            path("<int:pk>/receipt/", guarded(or_archived(downloads.receipt)), name="dossier_receipt"),
            path(
                "<int:pk>/control-slip/",
                guarded(or_archived(downloads.control_slip)),
                name="dossier_control_slip",
            ),
            path(
                "<int:pk>/documents/<int:document_pk>/",
                guarded(or_archived(downloads.document)),
                name="dossier_document",
            ),
            path(
                "<int:pk>/documents/<int:document_pk>/searchable/",
                guarded(or_archived(downloads.searchable)),
                name="dossier_searchable",
            ),
            path(
                "<int:pk>/documents/<int:document_pk>/pages/<int:page>/<str:size>/",
                guarded(or_archived(downloads.page), cacheable=True),
                name="dossier_page",
            ),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of one dossier; there is no form that could be sent to it."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        dossier = self.get_object(request, unquote(object_id))
        if dossier is None and (year := archive.year_of_number(_number(object_id))):
            with archive.reading(year):
                return drawn(self._page(request, object_id))
        return self._page(request, object_id, dossier)

    def _page(self, request, object_id, dossier=None):
        dossier = dossier or self.get_object(request, unquote(object_id))
        if dossier is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, dossier):
            raise PermissionDenied
        if asks_for_past(request):
            return past_answer(request, lambda past: past_pages.dossier_page(request, past, dossier.pk))
        context = dossier_context(dossier, request.user)
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            "cases/admin/dossier.html",
            self.admin_site.page_context(request, title=str(dossier), object=dossier, **context),
        )

    def verb_page(self, request, pk: int, verb: str):
        if verb not in Verb.values or Verb(verb) not in PAGES:
            raise Http404
        dossier = visible_dossier(request, pk)
        request.current_app = self.admin_site.name
        return verb_view(request, dossier, Verb(verb), self.admin_site)


def _number(text: str) -> int:
    """Of a dossier, as it stands in an address; 0 is nobody's."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _to_tidy_address(request):
    """Back to the list without what its address must not or cannot have; None when all is well."""
    if request.method not in {"GET", "HEAD"}:
        return None
    params, sentences = request.GET.dict(), []
    for name in (AFTER, BEFORE, ERROR_FLAG):
        params.pop(name, None)
    typed = params.get("q", "")
    if not tidy_code(typed) and params.pop("q", "").strip():
        sentences.append(
            _t("Only a dossier code is searched for by an address. Type names and numbers into the box.")
        )
    if searching.TOKEN in params and searching.kept(request, params[searching.TOKEN]) is None:
        del params[searching.TOKEN]
        sentences.append(_t("This search is over. Type again what you look for."))
    searched = {name: params.pop(name) for name in ("q", searching.TOKEN) if name in params}
    strangers = lists.unknown(params)
    if strangers:
        named = ", ".join(f"{name}={value}" for name, value in strangers.items())
        sentence = _t("This list does not know the filter %(filters)s. It is shown without it.")
        sentences.append(sentence % {"filters": named[:200]})
    for sentence in sentences:
        messages.warning(request, sentence)
    known = {name: value for name, value in params.items() if name not in strangers}
    return _to_list(urlencode({**known, **searched})) if sentences else None


def _to_list(query: str):
    response = redirect("admin:cases_dossier_changelist")
    response["Location"] += f"?{query}" if query else ""
    return response
