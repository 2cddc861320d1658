"""Services that take no paper: the desk files online for the person and receives at once."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from cases import errors
from cases.enums import DocumentSource
from cases.models import Dossier
from cases.services.applicants import ApplicantFacts
from cases.services.checklist import ComponentFacts
from cases.services.digitizing import add_document
from cases.services.duplicates import check_duplicate
from cases.services.fee_lines import FeeFacts
from cases.services.filing import file_with_help
from cases.services.reception import receive_filing
from cases.services.stored_files import files_or_nothing
from procedures.calendars import remembered_calendars
from procedures.models import Agency, Procedure


@files_or_nothing()
@remembered_calendars()
@transaction.atomic
def help_to_file(
    procedure: Procedure,
    applicant: ApplicantFacts,
    *,
    desk: Agency,
    by,
    components: list[ComponentFacts],
    fee: FeeFacts | None = None,
    files: Mapping[int, Sequence] | None = None,
    duplicate_known: bool = False,
    **filing,
) -> Dossier:
    """File online for somebody at the desk and receive it in one go (hỗ trợ nộp trực tuyến, R11, R16).

    The channel is online: its fees, its clock, no paper inside. `files` are the papers that were filed, by
    the id of their component. All or nothing; what else is known of the filing goes to `file_with_help`.
    Raises what that and `receive_filing` raise, and `OpenDuplicate` unless it is `duplicate_known`.
    """
    dossier = file_with_help(procedure, applicant, desk=desk, by=by, components=components, **filing)
    check_duplicate(dossier.applicant, procedure, known=duplicate_known, beside=dossier)
    for component_id, uploads in (files or {}).items():
        item = dossier.components.filter(component_id=component_id).first()
        if item is None:
            raise errors.Invalid(_("This component is not on the checklist of the dossier."), field="scans")
        for upload in uploads:
            add_document(dossier, upload, by=by, component=item, source=DocumentSource.UPLOAD)
    return receive_filing(dossier, by=by, fee=fee)
