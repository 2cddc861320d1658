"""The sidebar of the back office: what this person may open, and nothing else."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from onestop import access


def workplace(request) -> str:
    """The agency under the name of the site, so that everybody sees for whom they act."""
    agency = getattr(request.user, "agency", None)
    return agency.name if agency else ""


def sidebar(request) -> list[dict]:
    """Groups of links, in the form that Unfold draws."""
    groups = [
        (_("Dossiers"), _dossier_links(request)),
        (_("Letters and messages"), _letter_links(request)),
        (_("Catalogue"), _catalogue_links(request)),
        (_("Administration"), _administration_links(request)),
    ]
    today = _link(request, _("Today"), "home", reverse("admin:index"))
    return [{"items": [today]}] + [
        {"title": title, "separator": True, "items": links} for title, links in groups if links
    ]


def _dossier_links(request) -> list[dict]:
    user, links = request.user, []
    if access.receives(user):
        links.append(_link(request, _("Receive a dossier"), "add_circle", reverse("admin:reception")))
    if access.sees_dossiers(user):
        dossiers = reverse("admin:cases_dossier_changelist")
        links += [
            _link(request, _("Filings waiting"), "inbox", f"{dossiers}?state=submitted"),
            _link(request, _("All dossiers"), "folder_open", dossiers),
        ]
        if access.processes(user):
            links.insert(0, _link(request, _("My queue"), "assignment_ind", f"{dossiers}?holder=me"))
        links.append(_link(request, _("Overdue"), "alarm", reverse("admin:overdue")))
    return links


def _letter_links(request) -> list[dict]:
    user, links = request.user, []
    if access.sees_dossiers(user):
        links.append(_link(request, _("Letters"), "mail", reverse("admin:notifications_letter_changelist")))
    if access.sees_messages(user):
        links.append(_link(request, _("Messages"), "sms", reverse("admin:notifications_message_changelist")))
    return links


def _catalogue_links(request) -> list[dict]:
    if not access.everybody(request.user):
        return []
    return [
        _link(request, _("Procedures"), "menu_book", reverse("admin:procedures_procedureversion_changelist")),
        _link(request, _("Calendar"), "calendar_month", reverse("admin:procedures_calendarday_changelist")),
        _link(request, _("Provincial tariffs"), "payments", reverse("admin:procedures_feetariff_changelist")),
    ]


def _administration_links(request) -> list[dict]:
    if not access.sees_agencies(request.user):
        return []
    return [
        _link(request, _("Agencies"), "account_tree", reverse("admin:procedures_agency_changelist")),
        _link(request, _("Staff"), "group", reverse("admin:procedures_staff_changelist")),
    ]


def _link(request, title, icon: str, link: str) -> dict:
    """Active on its own page and those below; of two links to one list only the one with this filter."""
    path, _mark, query = link.partition("?")
    if query:
        active = request.path == path and query in request.META.get("QUERY_STRING", "").split("&")
    elif link == reverse("admin:index"):
        active = request.path == link
    else:
        shown = request.META.get("QUERY_STRING", "").split("&")
        active = request.path.startswith(path) and not {"state=submitted", "holder=me"} & set(shown)
    return {"title": title, "icon": icon, "link": link, "active": active}
