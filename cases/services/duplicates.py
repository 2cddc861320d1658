"""The same person for the same thing: seen before a second dossier is made."""

from django.utils.translation import gettext as _

from cases.desk import open_dossiers
from cases.errors import OpenDuplicate
from cases.models import Applicant, Dossier
from procedures.models import Procedure


def check_duplicate(
    applicant: Applicant, procedure: Procedure, *, known: bool, beside: Dossier | None = None
) -> None:
    """`OpenDuplicate` for another open dossier of the same person and procedure, unless it is `known`."""
    if known:
        return
    if there := [dossier for dossier in open_dossiers(applicant, procedure) if dossier != beside]:
        raise OpenDuplicate(
            _(
                "%(applicant)s already has an open dossier of this procedure: %(dossiers)s. "
                "To receive another one, confirm that you know of it."
            )
            % {"applicant": applicant, "dossiers": "; ".join(in_words(dossier) for dossier in there)},
            field="duplicate_known",
        )


def in_words(dossier: Dossier) -> str:
    """Such as “H41.101-261109-0001 (UBND phường Thử Nghiệm, In process)”."""
    return f"{dossier} ({dossier.receiving_desk}, {dossier.get_state_display()})"
