"""A whole dossier in one request, for what is decided while the applicant waits."""

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser

from cases import services
from cases.api.serializers.at_once import AtOnceSerializer
from cases.api.serializers.dossiers import DossierSerializer
from cases.api.views.base import WriteView
from cases.api.views.dossiers import dossier_answer
from cases.scopes import Scope


class AtOnceView(WriteView):
    serializer_class = DossierSerializer
    parser_classes = [MultiPartParser]
    write_scope = Scope.RECEIVE
    status = 201

    def sent(self):
        return {name: self.request.POST.getlist(name) for name in self.request.POST}

    @extend_schema(
        operation_id="decide_at_once",
        tags=["dossiers"],
        summary="Receive, decide, take the fee and hand the result over in one step",
        description="Only a procedure that is decided at once, by a clerk who decides at the counter. The header "
        "`Idempotency-Key` is required.",
        request={"multipart/form-data": AtOnceSerializer},
        responses={201: DossierSerializer},
    )
    def post(self, request):
        self.need_key()
        given = self.checked(AtOnceSerializer)

        def decide() -> dict:
            dossier = services.decide_at_once(
                given.pop("procedure"), given.pop("applicant"), given.pop("file"), by=request.user, **given
            )
            return dossier_answer(request, dossier.pk)

        return self.once(decide)
