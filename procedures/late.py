"""Publications that were signed or loaded late, or are not loaded yet although it is time (R4)."""

from dataclasses import dataclass
from datetime import date

from procedures import publication
from procedures.calendars import calendar_for
from procedures.days import POSSIBLE, is_possible
from procedures.enums import VersionStatus
from procedures.models import ProcedureVersion


@dataclass(frozen=True, slots=True)
class Late:
    """One lateness. `kind` is `signed` or `loaded`; `done_on` None = not done yet; `days` are working days."""

    version: ProcedureVersion
    kind: str
    by: date
    done_on: date | None
    days: int


def late_publications(today: date) -> list[Late]:
    """Of all published versions, those with most days first. What has no date of signature cannot be judged."""
    calendar = calendar_for(None)
    versions = ProcedureVersion.objects.filter(
        status=VersionStatus.PUBLISHED, decision_signed_on__range=POSSIBLE
    ).select_related("procedure")
    found = []
    for version in versions:
        signed_on, effective_on = version.decision_signed_on, version.text_effective_on
        if effective_on and is_possible(effective_on):
            by = publication.sign_by(version.level, effective_on, calendar)
            if days := publication.days_late(by, signed_on, calendar):
                found.append(Late(version, "signed", by, signed_on, days))
        by = publication.load_by(version.level, signed_on, calendar)
        if days := publication.days_late(by, version.loaded_on or today, calendar):
            found.append(Late(version, "loaded", by, version.loaded_on, days))
    return sorted(found, key=lambda late: (-late.days, late.version.procedure.code, late.kind))
