"""`ETag` of a dossier and `If-Match`: nobody acts on a dossier that is no longer as they read it."""

import re
from collections.abc import Callable

from django.conf import settings
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter

from cases.api.problems import VersionMissing
from cases.models import Dossier
from cases.services.meanwhile import act_on_version, version_of

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the dossier as you read it. When something has happened to the dossier since, "
    "nothing is done and the answer is 412. Without the header the dossier is taken as it is, unless the "
    "installation demands it (428).",
)
_TAG = re.compile(r'"(\d{1,18})"')  # no weak tags: they match nothing here


def etag_of(dossier: Dossier) -> str:
    """The version of a dossier: another one after every event that somebody decides by."""
    return f'"{version_of(dossier)}"'


def only_if_unchanged(request, dossier: Dossier, act: Callable[[], object]) -> Callable[[], object]:
    """`act`, but `ChangedMeanwhile` when `If-Match` fits no longer; raises `VersionMissing` where it must be sent."""
    header = request.headers.get("If-Match", "").strip()
    if not header and settings.IF_MATCH_REQUIRED:
        raise VersionMissing
    if not header or header == "*":
        return act
    versions = [int(found[1]) for tag in parse_etags(header) if (found := _TAG.fullmatch(tag))]
    return lambda: act_on_version(dossier, versions, act)
