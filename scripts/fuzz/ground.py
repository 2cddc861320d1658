"""What is really there on the server: rubbish alone gets no further than the first check of an operation.

For each operation: the access token of somebody who may do it, addresses of things that exist and stand where it is
possible, and a body or query that could be accepted. `scripts/fuzz/hooks.py` mixes these with what is made up.
"""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from cases import lookup
from cases.enums import FINAL_STATES, MOVES, State, Verb
from cases.models import Consultation, Dossier, DossierFee, LogBook, Payment
from cases.scopes import Scope
from cases.services.tokens import make_token
from cases.services.webhooks import create_webhook, ping
from notifications.models import Letter
from procedures.enums import Role
from procedures.models import Agency, Procedure, Staff

MOST = 30  # values of one kind
HEAD = "head"
BY_THE_HEAD = {"assign", "reschedule"}  # and whatever is about letters
BY_SCOPE = {Scope.PROCESS: Role.OFFICER, Scope.LETTERS: HEAD, Scope.WEBHOOKS: Role.AGENCY_ADMIN}
FILING_VERBS = {"receive_filing": Verb.RECEIVE, "complete_filing": Verb.ASK_TO_COMPLETE}


def ground_of(agency: Agency, operations: dict[str, dict]) -> dict[str, dict]:
    """By operation: `headers`, `places` for its address, and what to begin a `query` or `body` with.

    Makes access tokens and a webhook. The agency needs a clerk, an officer, a head and an administrator; dossiers in
    many states make a better run.
    """
    staff = Staff.objects.filter(agency=agency, is_active=True).order_by("pk")
    people = {role: staff.filter(role=role).first() for role in (Role.CLERK, Role.OFFICER, Role.AGENCY_ADMIN)}
    people[HEAD] = staff.filter(is_head=True).first()
    tokens = {
        role: make_token(account, by=account, name="make fuzz", scopes=Scope.values)[1]
        for role, account in people.items()
    }
    dossiers = Dossier.objects.filter(receiving_desk=agency).order_by("pk")
    looked_up = dossiers.filter(state=State.RETURNED).first()
    real = _bodies(agency, dossiers, staff)
    places = _places(agency, dossiers, looked_up, by=people[Role.AGENCY_ADMIN])
    proof = {"X-Lookup-Secret": lookup.secret_of(looked_up)}
    return {
        name: {
            "headers": _headers(name, operation, tokens, proof),
            "places": places.get(name, []) or _dossiers_for(name, operation, dossiers),
            "body": _body(name, operation, real),
            "query": {"procedure": real["procedure"], "desk": real["desk"]} if name == "calculator" else {},
        }
        for name, operation in operations.items()
    }


def _headers(name: str, operation: dict, tokens: dict[str, str], proof: dict[str, str]) -> dict[str, str]:
    if {} in operation["security"]:
        return proof if name.startswith("status") else {}
    role = HEAD if name in BY_THE_HEAD else BY_SCOPE.get(operation.get("x-scope"), Role.CLERK)
    return {"Authorization": f"Bearer {tokens[role]}"}


def _body(name: str, operation: dict, real: dict[str, object]) -> dict[str, object]:
    """The example of the file, with names and numbers that exist."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    for example in content.get("examples", {}).values():
        known = {**real, **real.get(name, {})}
        return {field: known.get(field, value) for field, value in example["value"].items()} | real.get(
            name, {}
        )
    return {}


def _bodies(agency: Agency, dossiers, staff) -> dict[str, object]:
    """Values by the name of their field; under the name of an operation, those of its body alone."""
    model = dossiers.filter(state=State.PROCESSING, components__isnull=False).first()
    parts = [{"component": item.component_id, "provision": item.provision} for item in model.components.all()]
    fee = DossierFee.objects.filter(dossier__in=dossiers.exclude(state__in=FINAL_STATES)).last()
    payment = Payment.objects.filter(dossier__in=dossiers, amount__gt=0).last()
    period = dossiers.exclude(version__excluded_periods=[]).first()
    today = timezone.localdate().isoformat()
    return {
        "procedure": model.version.procedure.code,
        "desk": agency.identifier,
        "applicant": {"full_name": model.applicant.full_name, "id_number": model.applicant.id_number},
        "components": parts,
        "fees": [],
        "quantities": {},
        "items": [model.version.components.first().name_vi],
        "agency": agency.identifier,
        "new_due_at": (timezone.now() + timedelta(days=30)).isoformat(),
        "receive": {"duplicate_known": True},
        "certify": {"procedure": "2.000815", "applicant": {"full_name": model.applicant.full_name}},
        "consult": {
            "agency": Agency.objects.filter(kind=agency.kind).exclude(pk=agency.pk).first().identifier
        },
        "hand_over": {"to": staff.filter(role=Role.SUPERVISOR).first().username},
        "assign": {"to": staff.filter(role=Role.OFFICER).last().username},
        "exclude_period": {"first": today, "last": today},
        **({"fee": fee.pk} if fee else {}),
        **({"payment": payment.receipt_number} if payment else {}),
        **({"name": period.version.excluded_periods[0]["name_vi"]} if period else {}),
    }


def _dossiers_for(name: str, operation: dict, dossiers) -> list[dict[str, str]]:
    """Where the verb is possible; for what is no verb, some of each state."""
    verb = FILING_VERBS.get(name, name)
    if verb in MOVES:
        found = dossiers.filter(state__in=MOVES[verb].sources).order_by("-pk")[:MOST]
    else:
        found = [dossier for state in State for dossier in dossiers.filter(state=state)[:3]]
    return [{"ref": str(dossier.uuid)} for dossier in found]


def _places(agency: Agency, dossiers, looked_up: Dossier, *, by: Staff) -> dict[str, list[dict[str, object]]]:
    """What stands in addresses that are not of a dossier alone."""
    scanned = dossiers.filter(documents__isnull=False).exclude(state__in=FINAL_STATES).distinct()[:MOST]
    papers = [{"ref": str(d.uuid), "id": paper.pk} for d in scanned for paper in d.documents.all()]
    letters = [
        {"id": letter.pk} for letter in Letter.objects.filter(agency_identifier=agency.identifier)[:MOST]
    ]
    hook = create_webhook(agency, by=by, name="make fuzz", url="https://nghe.example/", events=[])
    hooked = [{"hook": str(hook.uuid), "delivery": str(ping(hook, by=by).uuid)} for _ in range(3)]
    status = [{"code": looked_up.code, "id": letter["id"]} for letter in letters or [{"id": 1}]]
    questions = [{"id": question.pk} for question in Consultation.objects.filter(agency=agency)[:MOST]]
    books = [
        {"desk": agency.identifier, "year": b.year, "volume": 1} for b in LogBook.objects.filter(desk=agency)
    ]
    return {
        **dict.fromkeys(["document", "remove_document", "reuse_instead", "turn_document"], papers),
        **dict.fromkeys(["letter", "letter_pdf", "prepare_letter", "approve_letter"], letters),
        **dict.fromkeys(["send_letter", "cancel_letter"], letters),
        **dict.fromkeys(["deliveries", "replay", "ping_webhook", "renew_secret", "switch_webhook"], hooked),
        **dict.fromkeys(["status", "status_appointment", "status_letter"], status),
        "procedure": [{"code": procedure.code} for procedure in Procedure.objects.order_by("pk")[:MOST]],
        "answer_consultation": questions,
        "log_book": books,
    }


def run_name() -> str:
    """Part of the idempotency keys: two runs on the same data never meet."""
    return uuid4().hex[:12]
