"""Where other installations hand in packages (R20); docs/exchange.md."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.response import Response

from cases.api.parsers import PackageParser
from cases.api.throttles import PackagesOfInstallations
from cases.api.views.base import PublicView
from cases.connections.exchange.package import FORMAT, VERSION, BadPackage
from cases.connections.exchange.signatures import BadKey
from cases.errors import Invalid, NotPermitted
from cases.services import exchange_taking
from cases.services.virus_scan import NotScanned

NOT_LET_IN = frozenset({"unknown_signer", "bad_signature", "certificate_expired", "wrong_sender"})
_UNIT = inline_serializer(
    "ExchangeUnit",
    {
        "unit": serializers.CharField(
            help_text="Identifier of this installation; empty: it exchanges nothing."
        ),
        "format": serializers.CharField(),
        "version": serializers.IntegerField(),
    },
)


class CannotSign(APIException):
    """No receipt can be given, so nothing is taken."""

    status_code = 503
    default_code = "cannot_sign"


class NotNow(APIException):
    """A fault of our own that passes: nothing is taken and nothing refused, and it may come again."""

    status_code = 503
    default_code = "not_now"


class ExchangeView(PublicView):
    """The exchange of packages between installations. Who sent a package is known by its signature alone."""

    parser_classes = [PackageParser]
    throttle_classes = [PackagesOfInstallations]
    header_parameters = []
    further_problems = {"403": "Signed by nobody who is known here, or not as it is."}

    def longest_body(self) -> int:
        return settings.EXCHANGE_MAX_BYTES

    @extend_schema(
        operation_id="exchange_unit", tags=["exchange"], summary="Who answers here", responses=_UNIT
    )
    def get(self, request):
        return Response({"unit": settings.EXCHANGE_UNIT, "format": FORMAT, "version": VERSION})

    @extend_schema(
        operation_id="hand_in_package",
        tags=["exchange"],
        summary="Hand in a package",
        description="The package is a ZIP file with a signed manifest (docs/exchange.md). The answer is a signed "
        "receipt, itself a package; a package that comes again gets the receipt of the first time.",
        request={"application/zip": OpenApiTypes.BINARY},
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "The signed receipt.")},
    )
    def post(self, request):
        if not settings.EXCHANGE_PARTNERS:  # before 60 MB are read for nothing
            raise NotPermitted(
                _("This installation exchanges no packages with others."), code="not_connected"
            )
        if not isinstance(request.data, bytes):
            raise ParseError
        try:
            receipt = exchange_taking.take(request.data)
        except BadPackage as error:
            kind = NotPermitted if error.code in NOT_LET_IN else Invalid
            raise kind(str(error), code=error.code) from error
        except NotScanned as error:
            raise NotNow(str(error)) from error
        except BadKey as error:
            raise CannotSign(str(error)) from error
        return HttpResponse(receipt, content_type="application/zip", headers={"Cache-Control": "no-store"})
