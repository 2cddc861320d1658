"""The sidebar of the back office: what this person may open, and nothing else."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications import signing
from onestop import access


def workplace(request) -> str:
    """The agency under the name of the site, so that everybody sees for whom they act."""
    agency = getattr(request.user, "workplace", None)
    return agency.name if agency else ""


def sidebar(request) -> list[dict]:
    """Groups of links, in the form that Unfold draws."""
    groups = [
        (_("Dossiers"), _dossier_links(request)),
        (_("Supervision"), _supervision_links(request)),
        (_("Letters and messages"), _letter_links(request)),
        (_("Catalogue"), _catalogue_links(request)),
        (_("Administration"), _administration_links(request)),
    ]
    today = _link(request, _("Today"), "home", reverse("admin:index"), key="h")
    return [{"items": [today]}] + [
        {"title": title, "separator": True, "items": links} for title, links in groups if links
    ]


def _dossier_links(request) -> list[dict]:
    user, links = request.user, []
    if access.receives(user):
        links.append(
            _link(request, _("Receive a dossier"), "add_circle", reverse("admin:reception"), key="n")
        )
        links.append(_link(request, _("Receive a group"), "group_add", reverse("admin:groups")))
    if access.certifies(user):
        links.append(_link(request, _("Quick service"), "bolt", reverse("admin:quick_service"), key="q"))
    if access.receives(user):
        results = reverse("admin:results")
        links.append(_link(request, _("Hand over results"), "outbox", results, key="t"))
    links += _queue_links(request)
    if access.sees_dossiers(user):
        dossiers = reverse("admin:cases_dossier_changelist")
        links += [
            _link(request, _("Filings to answer"), "inbox", f"{dossiers}?answer=waiting"),
            _link(request, _("All dossiers"), "folder_open", dossiers),
        ]
        if access.processes(user):
            links.insert(0, _link(request, _("My queue"), "assignment_ind", f"{dossiers}?holder=me"))
        links.append(_link(request, _("Overdue"), "alarm", reverse("admin:overdue")))
    if access.answers(user):
        links.append(_link(request, _("Questions to my agency"), "reply", reverse("admin:questions")))
    if access.sees_demands(user):
        demands = reverse("admin:cases_demand_changelist")
        links.append(_link(request, _("Demands with a ground"), "policy", demands))
    if access.sees_feedback(user):
        feedback = reverse("admin:cases_feedback_changelist")
        links.append(_link(request, _("Feedback"), "forum", f"{feedback}?clock=open"))
    if access.sees_cash(user):
        links.append(_link(request, _("Cash of the day"), "point_of_sale", reverse("admin:cash")))
    if settings.PAYMENT_URL and access.sees_online_payments(user):
        links.append(_link(request, _("Online payments"), "qr_code_2", reverse("admin:online_payments")))
    if access.keeps_log_books(user):
        links.append(_link(request, _("Log books"), "menu_book", reverse("admin:log_books")))
    if access.sees_registers(user):
        links.append(_link(request, _("Registers"), "history_edu", reverse("admin:registers")))
    if access.sees_dossiers(user):
        links.append(_link(request, _("My lists"), "bookmarks", reverse("admin:my_lists")))
        links.append(_link(request, _("My exports"), "download", reverse("admin:exports")))
    return links


def _queue_links(request) -> list[dict]:
    """Only at an agency that is a desk itself; whoever works above several finds them by their desks."""
    user = request.user
    if user.workplace_id is None or not user.workplace.is_reception_desk:
        return []
    if access.sees_queue(user):
        return [_link(request, _("Queue numbers"), "confirmation_number", reverse("admin:calling"))]
    if access.sees_queue_figures(user):
        return [_link(request, _("Waiting times"), "hourglass", reverse("admin:queue_figures"))]
    return []


def _supervision_links(request) -> list[dict]:
    """What is late and will be, who holds it, and how well the office does."""
    user, links = request.user, []
    if access.sees_dossiers(user):
        links.append(_link(request, _("Apologies"), "contract_edit", reverse("admin:apologies")))
        if access.sees_copies_to_sign(user) and signing.is_connected(user.workplace.identifier):
            links.append(
                _link(request, _("Copies to be signed"), "verified", reverse("admin:copies_to_sign"))
            )
        if not access.receives(user):
            links.append(_link(request, _("What will be late"), "update", reverse("admin:outlook")))
    if access.supervises(user) and user.workplace_id is not None:
        links.append(_link(request, _("Spread the work"), "balance", reverse("admin:workload")))
    if access.inspects_desks(user):
        links.append(_link(request, _("Scorecard"), "scoreboard", reverse("admin:scorecard")))
        links.append(_link(request, _("Simulator"), "experiment", reverse("admin:simulation")))
    if access.sees_reports(user):
        links.append(_link(request, _("Report of the month"), "summarize", reverse("admin:report")))
    if access.sees_ratings(user):
        links.append(_link(request, _("Ratings"), "star", reverse("admin:ratings")))
    if access.inspects_desks(user):
        links.append(_link(request, _("Work at the desk"), "monitoring", reverse("admin:desk_work")))
    if access.sees_ladders(user):
        ladder = reverse("admin:cases_escalationrung_changelist")
        links.append(_link(request, _("Escalation ladder"), "stairs", ladder))
    if access.sees_reforms(user):
        links.append(_link(request, _("Reform plans"), "checklist", reverse("admin:reforms")))
    return links


def _letter_links(request) -> list[dict]:
    user, links = request.user, []
    if access.sees_dossiers(user):
        links.append(_link(request, _("Letters"), "mail", reverse("admin:notifications_letter_changelist")))
    if access.sees_messages(user):
        links.append(_link(request, _("Messages"), "sms", reverse("admin:notifications_message_changelist")))
    if access.keeps_notices(user):
        links.append(_link(request, _("Texts of notices"), "edit_note", reverse("admin:notice_texts")))
    return links


def _catalogue_links(request) -> list[dict]:
    if not access.everybody(request.user):
        return []
    links = [
        _link(request, _("Procedures"), "menu_book", reverse("admin:procedures_procedureversion_changelist")),
        _link(request, _("Calendar"), "calendar_month", reverse("admin:procedures_calendarday_changelist")),
        _link(request, _("Provincial tariffs"), "payments", reverse("admin:procedures_feetariff_changelist")),
    ]
    sources = reverse("admin:procedures_electronicsource_changelist")
    links.append(_link(request, _("Electronic sources"), "database", sources))
    reasons = reverse("admin:procedures_readyreason_changelist")
    links.append(_link(request, _("Ready reasons"), "playlist_add", reasons))
    if access.posts_procedures(request.user):
        links.append(_link(request, _("Sheets to post"), "print", reverse("admin:postings")))
    if access.keeps_catalogue(request.user):
        late = reverse("admin:late_publications")
        links.append(_link(request, _("Late publications"), "event_upcoming", late))
    if access.sees_calendar_changes(request.user):
        changes = reverse("admin:cases_calendarrevision_changelist")
        links.insert(2, _link(request, _("Calendar changes"), "edit_calendar", changes))
    return links


def _administration_links(request) -> list[dict]:
    links = []
    if access.keeps_people(request.user):
        links.append(_link(request, _("Absences"), "event_busy", reverse("admin:absences")))
    if access.inspects_reading(request.user):
        reads = reverse("admin:cases_readaccess_changelist")
        links.append(_link(request, _("Access to personal data"), "visibility", reads))
        if settings.POPULATION_URL:
            lookups = reverse("admin:cases_populationlookup_changelist")
            links.append(_link(request, _("Look-ups in the population database"), "person_search", lookups))
        if settings.CIVIL_STATUS_URL or settings.BUSINESS_URL or settings.PERSONAL_STORE_URL:
            searches = reverse("admin:cases_storelookup_changelist")
            links.append(_link(request, _("Searches in stores of papers"), "manage_search", searches))
    if access.keeps_secondments(request.user):
        links.append(_link(request, _("Secondments"), "move_up", reverse("admin:secondments")))
    if access.makes_tokens(request.user):
        links.append(_link(request, _("Access tokens"), "key", reverse("admin:tokens")))
    if access.keeps_webhooks(request.user):
        links.append(_link(request, _("Webhooks"), "webhook", reverse("admin:webhooks")))
    if access.sees_connections(request.user):
        links.append(_link(request, _("Connections"), "hub", reverse("admin:connections")))
    if not access.sees_agencies(request.user):
        return links
    return [
        *links,
        _link(request, _("Agencies"), "account_tree", reverse("admin:procedures_agency_changelist")),
        _link(request, _("Staff"), "group", reverse("admin:procedures_staff_changelist")),
    ]


def _link(request, title, icon: str, link: str, *, key: str = "") -> dict:
    """Active on its own page and those below; of two links to one list only the one with this filter.

    `key` opens it from every page (keys.js).
    """
    path, _mark, query = link.partition("?")
    if query:
        active = request.path == path and query in request.META.get("QUERY_STRING", "").split("&")
    elif link == reverse("admin:index"):
        active = request.path == link
    else:
        shown = request.META.get("QUERY_STRING", "").split("&")
        active = request.path.startswith(path) and not {"answer=waiting", "holder=me"} & set(shown)
    return {"title": title, "icon": icon, "link": link, "active": active, "key": key}
