"""What the OpenAPI file says beyond the serializers: every operation can answer with a problem."""

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from drf_spectacular.serializers import PolymorphicProxySerializerExtension
from drf_spectacular.utils import OpenApiExample

from cases.api.etags import IF_MATCH
from cases.api.examples import REQUESTS, RESPONSES
from cases.api.problems import CONTENT_TYPE
from cases.api.serializers.problems import ProblemSerializer

ALWAYS = {"429": "Too many requests; `Retry-After` says how many seconds to wait.", "503": "Not available."}
SIGNED_IN = {"401": "Not signed in.", "403": "Not permitted."}
WRITING = {
    "400": "The body is not as described here.",
    "409": "Not possible in this state.",
    "413": "Too large.",
    "415": "Unsupported type of body.",
    "422": "Refused by a rule, or an idempotency key used twice; `code` and `detail` say which.",
}
ABOUT_A_VERSION = {
    "412": "The dossier is no longer the one of `If-Match`; nothing was done.",
    "428": "This installation demands `If-Match`.",
}
READING = {"400": "A parameter is not as described here."}
ONE = {"404": "Not found, or not yours to see."}


class EnglishGenerator(SchemaGenerator):
    """The file is for programmers and is the same whatever language the machine or the reader has."""

    def get_schema(self, request=None, public=False):
        with translation.override("en"):
            return super().get_schema(request, public)


class ProblemSchema(AutoSchema):
    """Adds the problems that an operation can answer with, and the language header."""

    def get_summary(self):
        return (self.view.__doc__ or "").strip().partition("\n")[0].rstrip(".")

    def get_operation(self, *args, **kwargs):
        """With the scope that a token needs, for programs and for people."""
        operation = super().get_operation(*args, **kwargs)
        needed = getattr(self.view, "needed_scope", None)
        if operation and needed and (scope := needed()):
            operation["x-scope"] = str(scope)
            told = f"Needs a token for `{scope}`."
            operation["description"] = f"{operation.get('description', '')}\n\n{told}".strip()
        return operation

    def get_override_parameters(self):
        own = self.view.header_parameters if self.method == "POST" else []
        return [*super().get_override_parameters(), *own]

    def _get_examples(self, serializer, direction, media_type, status_code=None, extras=None):
        """With the example of the shape, where it has one; rows of lists go without."""
        of_shapes = REQUESTS if direction == "request" else RESPONSES
        name = type(force_instance(serializer)).__name__
        extras = list(extras or [])
        if media_type == "application/json" and name in of_shapes:
            extras.append(OpenApiExample("Example", value=of_shapes[name]))
        return super()._get_examples(serializer, direction, media_type, status_code, extras)

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        problems = self._problems()
        problem = self.resolve_serializer(ProblemSerializer, direction).ref
        for status, text in sorted(problems.items()):
            bodies.setdefault(status, {"description": text, "content": {CONTENT_TYPE: {"schema": problem}}})
        return bodies

    def _problems(self) -> dict[str, str]:
        found = dict(ALWAYS)
        if self.view.authentication_classes:
            found |= SIGNED_IN
        if self.method == "POST":
            found |= WRITING
            if IF_MATCH in self.view.header_parameters:
                found |= ABOUT_A_VERSION
        else:
            found |= READING
        if "{" in self.path:
            found |= ONE
        found |= self.view.further_problems
        return found


class AnyOfTheShapes(PolymorphicProxySerializerExtension):
    """Shapes may fit together: what the owner is shown holds all that everybody is shown, so `oneOf` would be wrong."""

    priority = 1  # before the one of the library

    def map_serializer(self, auto_schema, direction):
        schema = super().map_serializer(auto_schema, direction)
        return schema if "discriminator" in schema else {"anyOf": schema["oneOf"]}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "cases.api.authentication.TokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token, made in the back office or by `manage.py make_token`. Each "
            "operation says in `x-scope` what the token must be for.",
        }
