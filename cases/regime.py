"""The law of one dossier: the regimes of its reception day (R8)."""

from datetime import date

from django.utils import timezone

from cases.enums import ON_PAPER
from cases.models import Dossier
from procedures import regimes


def reception_day(dossier: Dossier) -> date:
    """The local day on which the dossier counts as received (R2, R8, T8), not that of the clerk's click."""
    return dossier.reception_day or timezone.localdate(dossier.received_at or dossier.filed_at)


def mechanism_of(dossier: Dossier) -> regimes.Mechanism:
    """The mechanism that is cited for this dossier; of what is older than all of them, the first."""
    return regimes.mechanism_on(reception_day(dossier)) or regimes.MECHANISMS[0]


def needs_scan(dossier: Dossier, provision: str) -> bool:
    """Whether a paper of this dossier that came so has to be scanned (R14)."""
    return provision in ON_PAPER and provision not in regimes.scan_rules_on(reception_day(dossier)).exemptions
