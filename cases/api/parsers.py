"""Bodies: JSON, forms with files, and packages; refused by their announced size before they are read."""

import json

from django.conf import settings
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from cases.api.problems import TooLarge

FORM_OVERHEAD = 1024 * 1024  # boundaries and the other fields of a form with a file


class JSONParser(parsers.JSONParser):
    """JSON that can be answered: half a surrogate pair is valid JSON and no text, 1e999 is and no number."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            data = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
        except (RecursionError, ValueError) as error:  # the first: nothing but opening brackets
            raise ParseError from error
        return data


class PackageParser(parsers.BaseParser):
    """A package as its bytes; the stream is read no further than what is taken here."""

    media_type = "application/zip"

    def parse(self, stream, media_type=None, parser_context=None) -> bytes:
        most = settings.EXCHANGE_MAX_BYTES
        content = stream.read(most + 1)
        if len(content) > most:
            raise TooLarge(most)
        return content


def check_size(request, most: int | None = None) -> None:
    """Raises `TooLarge` (413). A file just over the limit still gets the sentence that names it.

    `most`: bytes that this address takes, where it is not what all take.
    """
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    is_form = (request.content_type or "").startswith("multipart/")
    usual = settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD if is_form else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    limit = most or usual
    if size > limit:
        raise TooLarge(limit)
