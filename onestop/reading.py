"""Every look at personal data leaves a row: which pages those are stands here, and nowhere else.

A middleware asks the name of the page, so that no view has to remember it. What only the view knows – whose
dossier a proof opened, how many people a search found – it says with `about`.
"""

from django.http import HttpRequest, HttpResponse
from rest_framework.throttling import BaseThrottle

from cases.audit_enums import ReadKind
from cases.services.reading import note_read

_ABOUT = "_read_about"
# Names of pages of the back office (`admin:`), of the API and of the public pages.
READS = {
    ReadKind.DOSSIER: {
        "admin:population_check",
        "admin:cases_dossier_change",
        "admin:dossier_verb",
        "admin:result",
        "admin:filing_reception",
        "admin:filing_completed",
        "admin:scans",
        "admin:store_search",
        "admin:correction",
        "admin:papers_lost",
        "admin:consultation_answer",
        "admin:incoming_request",
        "admin:apology",
        "admin:scan_text",
        "admin:cases_demand_change",
        "admin:notice_text",
        "admin:notice_preview",
        "api:dossier",
        "api:exchange_request",
        "api:answer_exchange_request",
    },
    ReadKind.DOCUMENT: {
        "admin:dossier_document",
        "admin:dossier_searchable",
        "admin:dossier_page",
        "admin:dossier_receipt",
        "admin:dossier_control_slip",
        "admin:hand_over_slip",
        "admin:certification",
        "admin:fee_receipt",
        "admin:feedback_file",
        "admin:incoming_file",
        "admin:apology_preview",
        "api:document",
        "api:exchange_request_file",
        "api:documents",
        "api:receipt",
        "api:control_slip",
    },
    ReadKind.LIST: {
        "admin:cases_dossier_changelist",
        "admin:cases_demand_changelist",
        "admin:results",
        "admin:overdue",
        "admin:past_list",
        "admin:breaches",
        "admin:apologies",
        "admin:apologies_bulk",
        "admin:late_act",
        "admin:outlook",
        "admin:group",
        "admin:group_check",
        "admin:receipts",
        "admin:log_book",
        "admin:register",
        "admin:register_volume",
        "admin:copies_to_sign",
        "admin:questions",
        "admin:ratings",
        "admin:scorecard_list",
        "admin:report",
        "admin:simulation",
        "admin:report_list",
        "api:dossiers",
        "api:search",
        "api:log_book",
        "api:filings",
        "api:overdue",
        "api:certifications",
        "api:consultations",
        "api:exchange_requests",
    },
    ReadKind.PERSON: {"admin:reception", "admin:reception_people"},
    ReadKind.EXPORT: {
        "admin:export",
        "admin:export_file",
        "admin:overdue_excel",
        "admin:report_file",
    },
    ReadKind.MESSAGE: {
        "admin:notifications_letter_changelist",
        "admin:notifications_letter_change",
        "admin:letter_pdf",
        "admin:letter_word",
        "admin:notifications_message_changelist",
        "admin:notifications_message_change",
        "admin:cases_feedback_changelist",
        "admin:feedback",
        "admin:feedback_verb",
        "api:letters",
        "api:letter",
        "api:letter_pdf",
    },
    ReadKind.LOOKUP: {"public:lookup", "api:status"},
    ReadKind.AUDIT: {"admin:cases_readaccess_changelist", "admin:cases_populationlookup_changelist"},
}
KINDS = {name: kind for kind, names in READS.items() for name in names}
OF_A_DOSSIER = {ReadKind.DOSSIER, ReadKind.DOCUMENT}
# Pages whose number is not that of a dossier.
OTHER_NUMBER = {
    "admin:consultation_answer",
    "admin:incoming_request",
    "admin:incoming_file",
    "api:exchange_request",
    "api:answer_exchange_request",
    "api:exchange_request_file",
    "admin:fee_receipt",
    "admin:feedback_file",
    "admin:cases_demand_change",
}
# Read only when the view says so: a form that is empty, or nobody found, shows nobody; a text is tried on an
# invented dossier or on a real one; the small pictures of a page show what is opened by the large one; a report
# that a worker counts shows nothing yet, and a simulation names dossiers in some of its lists only.
ONLY_IF_SAID = {ReadKind.LOOKUP, ReadKind.PERSON}
SAID_BY_THE_VIEW = {name for kind in ONLY_IF_SAID for name in READS[kind]} | {
    "admin:dossier_page",
    "admin:notice_text",
    "admin:notice_preview",
    "admin:report",
    "admin:simulation",
}
# Asked with a body, so that nobody's name stands in an address.
ASKED_BY_POST = (
    SAID_BY_THE_VIEW
    | READS[ReadKind.EXPORT]
    | {"admin:scan_text", "admin:apology_preview", "admin:apologies_bulk"}
    | {"admin:late_act", "api:search"}
)


def about(request: HttpRequest, *, dossier=None, count: int = 1) -> None:
    """Say what this request shows: the dossier (or its id), and of how many people."""
    setattr(getattr(request, "_request", request), _ABOUT, {"dossier": dossier, "count": count})


class ReadAccessMiddleware:
    """Writes one row for an answer that shows personal data, before it is sent."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else ""
        kind = KINDS.get(route)
        said = getattr(request, _ABOUT, None)
        if kind is None or response.status_code != 200 or (route in SAID_BY_THE_VIEW and said is None):
            return response
        if request.method == "GET" or route in ASKED_BY_POST:
            number = _number(request)
            note_read(
                kind,
                by=request.user if request.user.is_authenticated else None,
                route=route,
                address=BaseThrottle().get_ident(request) or "",
                reference=number,
                **(said or _shown(response, route, kind, number)),
            )
        return response


def _number(request: HttpRequest) -> str:
    """The number or code in the address."""
    given = request.resolver_match.kwargs
    return str(given.get("object_id") or given.get("ref") or given.get("pk") or given.get("code") or "")


def _shown(response: HttpResponse, route: str, kind: ReadKind, number: str) -> dict:
    """The dossier of the page, or how many rows the list shows."""
    if kind in OF_A_DOSSIER:
        known = number.isdecimal() and route not in OTHER_NUMBER and route.startswith("admin:")
        return {"dossier": int(number) if known else None}
    changelist = (getattr(response, "context_data", None) or {}).get("cl")
    rows = changelist.result_list if changelist else None
    if rows is None and isinstance(getattr(response, "data", None), dict):
        rows = response.data.get("results")
    return {"count": len(rows) if rows is not None else 1}
