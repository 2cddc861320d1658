"""What all views of the API share."""

import uuid
from collections.abc import Callable

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import generics
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from cases.api.authentication import TokenAuthentication
from cases.api.etags import IF_MATCH, only_if_unchanged
from cases.api.parsers import JSONParser, check_size
from cases.api.problems import NothingFound
from cases.api.reach import HasScope, check_reach, dossiers_in_reach
from cases.api.schema import ProblemSchema
from cases.api.throttles import StaffThrottle
from cases.models import Dossier
from cases.queries import tidy_code
from cases.scopes import Scope
from cases.services import idempotency
from onestop.reading import about
from procedures.enums import Role

KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Up to 120 characters, new for each new request. Within 24 hours a repeated request with the "
    "same key and body acts once and gets the first answer again, with `Idempotency-Replayed: true`; with "
    "another body it is refused (422).",
)


class AlwaysTheFirst(BaseContentNegotiation):
    """Whatever `Accept` says: JSON, and files as what they are."""

    def select_parser(self, request, parsers):
        kind = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class ApiView(generics.GenericAPIView):
    """Base of all: problems as errors, JSON in and out, sizes checked first, no unknown parameter."""

    renderer_classes = [JSONRenderer]
    parser_classes = [JSONParser]
    content_negotiation_class = AlwaysTheFirst
    filter_backends = []
    pagination_class = None
    query_serializer_class = None  # what may stand in the address of a view that lists nothing
    further_problems: dict[str, str] = {}  # for the OpenAPI file, beyond what its method can answer anyway
    http_method_names = ["get", "head", "post"]  # no OPTIONS: the OpenAPI file tells more
    schema = ProblemSchema()

    def initial(self, request, *args, **kwargs):
        check_size(request, self.longest_body())
        super().initial(request, *args, **kwargs)
        self.refuse_unknown_parameters()

    def longest_body(self) -> int | None:
        """Bytes that this address takes, where it is not what all take."""
        return None

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "no-store")  # dossiers are nothing for caches on the way
        if isinstance(getattr(response, "data", None), dict) and "etag" in response.data:
            response["ETag"] = response.data["etag"]
        return response

    def refuse_unknown_parameters(self) -> None:
        """A misspelt filter must not answer with everything."""
        known = set()
        if filterset_class := getattr(self, "filterset_class", None):
            known |= set(filterset_class.base_filters)
        if self.paginator:
            known |= set(self.paginator.query_params)
        if self.query_serializer_class:
            known |= set(self.query_serializer_class().fields)
        unknown = sorted(set(self.request.query_params) - known)
        if unknown:
            raise ValidationError({name: [_("This parameter is not known here.")] for name in unknown})


class PublicView(ApiView):
    """For everybody: credentials are not even looked at."""

    authentication_classes = []
    permission_classes = [AllowAny]


class NotACitizen(BasePermission):
    """A citizen signs in to file and to see their own; the verbs of the offices are not for them."""

    def has_permission(self, request, view) -> bool:
        return request.user.role != Role.CITIZEN


class StaffView(ApiView):
    """For people and systems with an account. `scope` is what a token must be for to read here."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated, NotACitizen, HasScope]
    throttle_classes = [StaffThrottle]
    header_parameters = []
    scope: Scope | None = Scope.READ

    def needed_scope(self) -> Scope | None:
        """What the token of the request must be for; None: nothing in particular."""
        return self.scope

    def dossiers(self) -> QuerySet[Dossier]:
        """The dossiers that exist for the asking person, and token, at this address."""
        return dossiers_in_reach(self.request, Dossier.objects.visible_to(self.request.user))

    def my_dossiers(self) -> QuerySet[Dossier]:
        """Those of the person's own agencies, for lists."""
        return dossiers_in_reach(self.request, Dossier.objects.of_agencies_of(self.request.user))

    def dossier(self) -> Dossier:
        """The dossier of the address, by code or uuid; 404 when it is not there or not for this person."""
        ref = self.kwargs["ref"]
        by_uuid = as_uuid(ref)
        wanted = {"uuid": by_uuid} if by_uuid else {"code": tidy_code(ref)}
        dossier = self.dossiers().with_people().filter(**wanted).first()
        if dossier is None:
            raise NothingFound(
                _("There is no such dossier, or it is not one of your agency. Check the code.")
            )
        about(self.request, dossier=dossier)
        return dossier


class WriteView(StaffView):
    """A view that changes something through a service, once per idempotency key.

    `write_scope` is what a token must be for to write here; `GET` at the same address needs `scope`.
    """

    header_parameters = [KEY_HEADER]
    write_scope: Scope | None = None
    status = 200

    def needed_scope(self) -> Scope | None:
        return self.scope if self.request.method in SAFE_METHODS else self.write_scope

    def checked(self, serializer_class, **context) -> dict:
        """The body in the serializer's shape, or 400."""
        serializer = serializer_class(
            data=self.request.data, context={**self.get_serializer_context(), **context}
        )
        serializer.is_valid(raise_exception=True)
        check_reach(self.request, serializer.validated_data.get("desk"))
        return serializer.validated_data

    def sent(self):
        """The body without its files."""
        return self.request.data

    def need_key(self) -> None:
        """For what must not happen twice: 400 without the header `Idempotency-Key`."""
        if "Idempotency-Key" not in self.request.headers:
            raise ValidationError(
                _("Send the header Idempotency-Key with a new value for each new dossier."),
                code="idempotency_key_missing",
            )

    def once(self, act: Callable[[], object]) -> Response:
        """Answer with what `act` returns, at most once for the key of the request."""
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            return Response(act(), status=self.status)
        answer = idempotency.once(
            self.request.user,
            key,
            idempotency.fingerprint_of(
                self.request.method,
                self.request.path,
                data=self.sent(),
                files=self.request.FILES,
            ),
            lambda: (self.status, act()),
        )
        headers = {"Idempotency-Replayed": "true"} if answer.replayed else {}
        return Response(answer.body, status=answer.status, headers=headers)


class DossierWriteView(WriteView):
    """A write about one dossier: refused (412) when `If-Match` names another version of it."""

    header_parameters = [KEY_HEADER, IF_MATCH]

    def once_unchanged(self, dossier: Dossier, act: Callable[[], object]) -> Response:
        """As `once`; a repeat gets the first answer although that answer has made the dossier another."""
        return self.once(only_if_unchanged(self.request, dossier, act))


class FormView(DossierWriteView):
    """A write that carries a file."""

    parser_classes = [MultiPartParser]

    def sent(self):
        return self.request.POST.dict()


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
