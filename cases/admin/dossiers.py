"""The dossier list and the dossier page: everything to see, nothing to edit; what changes goes by the verbs."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.admin import downloads, filters
from cases.admin.page import dossier_context
from cases.admin.scope import visible_dossier
from cases.admin.shown import answer_due, due_with_words, state_badge
from cases.admin.verbs import PAGES, verb_view
from cases.enums import FINAL_STATES, Verb
from cases.models import Dossier
from cases.queries import asked_twice, calendars_of, working_days_left
from onestop import access
from onestop.admin import OnestopChangeList, OnestopModelAdmin, badge, display
from procedures.enums import Role


class DossierChangeList(OnestopChangeList):
    """Knows how far away each due date is; calendars are read once for the page."""

    def get_results(self, request):
        super().get_results(request)
        calendars = calendars_of(self.result_list)
        twice = asked_twice(self.result_list)
        for dossier in self.result_list:
            dossier.was_asked_twice = dossier.pk in twice
            dossier.days_left = working_days_left(dossier, calendars[dossier.competent_agency_id])


@admin.register(Dossier)
class DossierAdmin(OnestopModelAdmin):
    viewers = staticmethod(access.sees_dossiers)
    list_display = ["label", "procedure", "applicant", "shown_state", "due", "shown_holder"]
    list_display_links = ["label"]
    list_filter = [
        filters.StateFilter,
        filters.DueFilter,
        filters.AnswerFilter,
        filters.HolderFilter,
        filters.AgencyFilter,
        filters.FieldFilter,
        filters.ReceivedFilter,
        filters.AskedTwiceFilter,
        filters.TransferFilter,
    ]
    search_fields = ["code"]  # shows the box; what is searched is `DossierQuerySet.search`
    search_help_text = _("Code, name, ID number or phone")
    actions = None

    def rows_for(self, user, queryset):
        return queryset.of_agencies_of(user).with_people()

    def get_object(self, request, object_id, from_field=None):
        """One page may be open to an agency that was asked, although no list of its has the dossier."""
        found = Dossier.objects.visible_to(request.user).with_people().select_related("limit")
        try:
            return found.filter(pk=self.opts.pk.to_python(object_id)).first()
        except ValidationError:
            return None

    def get_changelist(self, request, **kwargs):
        return DossierChangeList

    def get_ordering(self, request):
        """An officer works off what is due first, a desk its filings too; else it looks for what came last."""
        if request.GET.get("answer") in filters.AnswerFilter.VALUES:
            return [Coalesce("answer_due_at", "filed_at"), "pk"]
        return ["due_at", "pk"] if request.user.role == Role.OFFICER else ["-filed_at", "-pk"]

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term), False

    @display(description=_("dossier"), ordering="code")
    def label(self, dossier):
        return str(dossier)

    @display(description=_("procedure"), ordering="version__procedure__code")
    def procedure(self, dossier):
        return format_html(
            '<span class="os-two-lines">{}<small>{}</small></span>',
            dossier.version.name,
            dossier.version.procedure.code,
        )

    @display(description=_("state"), ordering="state")
    def shown_state(self, dossier):
        if dossier.was_asked_twice:
            return format_html("{} {}", state_badge(dossier), badge(_("asked twice"), "warning"))
        return state_badge(dossier)

    @display(description=_("due date"), ordering="due_at")
    def due(self, dossier):
        return answer_due(dossier) or due_with_words(dossier, dossier.days_left)

    @display(description=_("held by"), ordering="holder__full_name")
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
            path("<int:pk>/verb/<str:verb>/", guarded(self.verb_page), name="dossier_verb"),
            path("<int:pk>/receipt/", guarded(downloads.receipt), name="dossier_receipt"),
            path("<int:pk>/control-slip/", guarded(downloads.control_slip), name="dossier_control_slip"),
            path(
                "<int:pk>/documents/<int:document_pk>/",
                guarded(downloads.document),
                name="dossier_document",
            ),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of one dossier; there is no form that could be sent to it."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        dossier = self.get_object(request, unquote(object_id))
        if dossier is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, dossier):
            raise PermissionDenied
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
