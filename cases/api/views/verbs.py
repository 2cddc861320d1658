"""Every verb of a dossier as `POST /api/v1/dossiers/{ref}/{verb}/`; to add one, add a line to `VERBS`."""

from collections.abc import Callable
from dataclasses import dataclass

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.serializers import Serializer

from cases import queries, services
from cases.api.parsers import JSONParser
from cases.api.reach import dossiers_in_reach
from cases.api.schema import ProblemSchema
from cases.api.serializers import money
from cases.api.serializers import requests as bodies
from cases.api.serializers.answers import FilingSerializer
from cases.api.serializers.dossiers import DossierSerializer
from cases.api.views.base import DossierWriteView
from cases.api.views.dossiers import dossier_answer, filing_answer
from cases.enums import Verb
from cases.models import Dossier
from cases.scopes import Scope
from procedures.enums import Role


@dataclass(frozen=True, slots=True)
class Act:
    """One verb: its name in the address, its body, its service (called with `by` and the body's fields)."""

    name: str
    summary: str
    body: type[Serializer]
    service: Callable
    scope: Scope = Scope.PROCESS
    file: str = ""  # field of the form that is the service's second argument
    by_portal: bool = False  # also for the connected system that files online


VERBS = [
    Act(
        Verb.RECEIVE,
        "Receive a filing",
        bodies.FilingReceptionSerializer,
        services.receive_filing,
        Scope.RECEIVE,
    ),
    Act(Verb.REFUSE, "Refuse to receive a filing", bodies.ReasonSerializer, services.refuse, Scope.RECEIVE),
    Act(
        Verb.ASK_TO_COMPLETE,
        "Ask to complete a filing, once",
        bodies.RequestSerializer,
        services.ask_to_complete,
        Scope.RECEIVE,
    ),
    Act(
        "complete_filing",
        "The applicant has completed the filing",
        bodies.CompletionSerializer,
        services.complete_filing,
        Scope.FILE,
        by_portal=True,
    ),
    Act(
        Verb.DIGITIZE,
        "Scans complete: hand to the agency",
        bodies.NothingSerializer,
        services.digitize,
        Scope.RECEIVE,
    ),
    Act(Verb.START, "Take over", bodies.NothingSerializer, services.start),
    Act(Verb.HAND_OVER, "Hand over to the next step", bodies.HandOverSerializer, services.hand_over),
    Act(Verb.ASSIGN, "Assign to one of the agency's people", bodies.AssignmentSerializer, services.assign),
    Act(Verb.UNDO, "Undo one's own last step", bodies.ReasonSerializer, services.undo),
    Act(
        Verb.REQUEST_SUPPLEMENT,
        "Ask for what is missing; the clock stops",
        bodies.RequestSerializer,
        services.request_supplement,
    ),
    Act(
        Verb.RESUME,
        "Supplement complete: the limit starts afresh",
        bodies.NothingSerializer,
        services.resume,
        Scope.RECEIVE,
    ),
    Act(
        Verb.RECORD_RESULT,
        "Record the signed result",
        bodies.ResultSerializer,
        services.record_result,
        file="file",
    ),
    Act(Verb.PAY, "Take the fees", money.PaymentSerializer, services.pay, Scope.MONEY),
    Act(Verb.WAIVE, "Waive a fee or part of it", money.WaiverSerializer, services.waive, Scope.MONEY),
    Act(
        Verb.REFUND, "Pay money back by a counter-entry", money.RefundSerializer, services.refund, Scope.MONEY
    ),
    Act(
        Verb.SETTLE,
        "Nothing is owed: ready to be collected",
        bodies.NothingSerializer,
        services.settle,
        Scope.MONEY,
    ),
    Act(
        Verb.RETURN_RESULT,
        "Hand the result over",
        bodies.CollectionSerializer,
        services.return_result,
        Scope.RECEIVE,
    ),
    Act(
        Verb.WITHDRAW, "Withdraw for the applicant", bodies.ReasonSerializer, services.withdraw, Scope.RECEIVE
    ),
    Act(Verb.STOP, "Stop: no supplement came", bodies.ReasonSerializer, services.stop),
    Act(
        Verb.RESCHEDULE,
        "Issue the apology and move the due date, once",
        bodies.RescheduleSerializer,
        services.issue_apology,
        Scope.LETTERS,
    ),
    Act(Verb.EXTEND, "Extend the limit, once", bodies.ExtensionSerializer, services.extend),
    Act(
        Verb.EXCLUDE_PERIOD,
        "Enter a period that does not count",
        bodies.PeriodSerializer,
        services.exclude_period,
    ),
    Act(Verb.CONSULT, "Ask another agency", bodies.QuestionSerializer, services.consult),
    Act(Verb.DEMAND, "Demand a paper with a ground", bodies.DemandSerializer, services.demand, Scope.RECEIVE),
    Act(
        "receive_correction",
        "Correct the result free of charge: answers with the new dossier",
        bodies.ReasonSerializer,
        services.receive_correction,
        Scope.RECEIVE,
    ),
    Act(
        "report_loss",
        "Papers were lost or damaged here",
        bodies.LossSerializer,
        services.report_loss,
        Scope.RECEIVE,
    ),
    Act(Verb.CLARIFY, "Ask the applicant to clarify", bodies.ClarificationSerializer, services.clarify),
]


class VerbSchema(ProblemSchema):
    """Each verb has its own body; all answer with the dossier as it is then."""

    def get_operation_id(self):
        name = str(self.view.act.name)
        return "receive_filing" if name == Verb.RECEIVE else name

    def get_summary(self):
        return self.view.act.summary

    def get_description(self):
        return (self.view.act.service.__doc__ or "").strip().partition("\n\n")[0]

    def get_response_serializers(self):
        if not self.view.act.by_portal:
            return DossierSerializer
        return PolymorphicProxySerializer(
            component_name="DossierOrFiling",
            serializers=[DossierSerializer, FilingSerializer],
            resource_type_field_name=None,
        )

    def get_request_serializer(self):
        body = self.view.act.body
        return {"multipart/form-data": body} if self.view.act.file else body


class VerbView(DossierWriteView):
    """Runs one verb; `act` is given where the address is declared."""

    act: Act = None
    serializer_class = DossierSerializer
    schema = VerbSchema()

    def get_parsers(self):
        return [MultiPartParser()] if self.act.file else [JSONParser()]

    @property
    def is_portal(self) -> bool:
        return self.act.by_portal and self.request.user.role == Role.INTEGRATION

    def dossiers(self):
        if not self.is_portal:
            return super().dossiers()
        return dossiers_in_reach(self.request, queries.filings_to_complete(self.request.user))

    def needed_scope(self) -> Scope:
        return self.act.scope

    def sent(self):
        return self.request.POST.dict() if self.act.file else super().sent()

    @extend_schema(tags=["verbs"])
    def post(self, request, ref):
        dossier = self.dossier()
        given = dict(self.checked(self.act.body))
        files = [given.pop(self.act.file)] if self.act.file else []

        def run() -> dict:
            changed = self.act.service(dossier, *files, by=request.user, **given)
            if self.is_portal:
                return filing_answer(changed)
            return dossier_answer(request, changed.pk if isinstance(changed, Dossier) else dossier.pk)

        return self.once_unchanged(dossier, run)
