"""Pages by position, not by number: page 1,000 costs what page 1 costs, and new rows shift nothing."""

import base64
import json
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from onestop.numbers import whole_number


class KeysetPagination(BasePagination):
    """Ordered by one field and then by id, both in the same direction; answers `results` and `next`."""

    field = "filed_at"
    descending = True
    limit = 50
    max_limit = 200
    query_params = ("cursor", "limit")

    def paginate_queryset(self, queryset, request, view=None):
        self.request = request
        limit = self._limit()
        sign = "-" if self.descending else ""
        after = request.query_params.get("cursor")
        if after:
            queryset = queryset.filter(self._behind(*self._position(after)))
        rows = list(queryset.order_by(f"{sign}{self.field}", f"{sign}pk")[: limit + 1])
        self.last = rows[limit - 1] if len(rows) > limit else None
        return rows[:limit]

    def get_paginated_response(self, data):
        return Response({"next": self._next(), "results": data})

    # For the OpenAPI file.

    def get_paginated_response_schema(self, schema):
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {
                    "type": "string",
                    "nullable": True,
                    "format": "uri",
                    "description": "Address of the next page; null on the last one.",
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view):
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "Where the page begins; taken from `next` of the page before.",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": "Rows on a page.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_limit,
                    "default": self.limit,
                },
            },
        ]

    # The cursor is [value of the field, id] of the last row of a page.

    def value_to_text(self, value) -> str:
        return value.isoformat()

    def text_to_value(self, text: str):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment

    def _next(self) -> str | None:
        if self.last is None:
            return None
        value = self.last
        for part in self.field.split("__"):
            value = getattr(value, part)
        position = json.dumps([self.value_to_text(value), self.last.pk]).encode()
        cursor = base64.urlsafe_b64encode(position).decode()
        address = remove_query_param(self.request.build_absolute_uri(), "cursor")
        return replace_query_param(address, "cursor", cursor)

    def _position(self, cursor: str):
        try:
            text, pk = json.loads(base64.urlsafe_b64decode(cursor))
            text.encode()  # half a surrogate pair is valid JSON and no text; what is no text has no such method
            if isinstance(pk, bool) or not isinstance(pk, int) or "\x00" in text:
                raise ValueError("not a position")
            return self.text_to_value(text), pk
        except (AttributeError, ValueError, TypeError, RecursionError) as error:
            raise ValidationError(
                {"cursor": [_("This is not the cursor of a page. Take it from `next` of the page before.")]}
            ) from error

    def _behind(self, value, pk: int) -> Q:
        lookup = "lt" if self.descending else "gt"
        beyond = Q(**{f"{self.field}__{lookup}": value}) | Q(**{f"pk__{lookup}": pk})
        return Q(**{f"{self.field}__{lookup}e": value}) & beyond

    def _limit(self) -> int:
        limit = whole_number(self.request.query_params.get("limit", str(self.limit)))
        if limit is None or not 1 <= limit <= self.max_limit:
            raise ValidationError(
                {"limit": [_("The limit is a whole number from 1 to %(most)s.") % {"most": self.max_limit}]}
            )
        return limit


class NewestFirst(KeysetPagination):
    """Dossiers by the moment of filing."""


class DueFirst(KeysetPagination):
    """Dossiers by due date, the latest overdue at the end."""

    field = "due_at"
    descending = False


class AnswerFirst(KeysetPagination):
    """Filings by what is to be answered first; see `queries.filings_to_answer`."""

    field = "answer_by"
    descending = False


class NewestLetters(KeysetPagination):
    field = "drafted_at"


class NewestEntries(KeysetPagination):
    """Lines of registers in the order in which they were entered."""

    field = "pk"

    def value_to_text(self, value) -> str:
        return str(value)

    def text_to_value(self, text: str):
        return int(text)


class ByProcedureCode(KeysetPagination):
    field = "procedure__code"
    descending = False

    def value_to_text(self, value) -> str:
        return value

    def text_to_value(self, text: str):
        return text
