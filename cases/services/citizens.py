"""What a signed-in applicant does with the own dossiers beside filing: answers what is missing (R9)."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import rules
from cases.enums import DocumentSource, EventKind
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.events import record
from cases.models import Dossier, DossierComponent, SupplementAnswer
from cases.services.base import locked
from cases.services.digitizing import add_document
from cases.services.filing import complete_filing
from cases.services.notices import supervisors_of, tell_staff
from cases.services.stored_files import files_or_nothing
from notifications.enums import MessageKind

MOST_FILES = 10
LONGEST_NOTE = 2000


@files_or_nothing()
@transaction.atomic
def answer_supplement(
    dossier: Dossier, *, by, papers: Iterable[tuple[DossierComponent | None, object]] = (), note: str = ""
) -> SupplementAnswer:
    """The applicant sends online what was asked for, once (bổ sung hồ sơ trực tuyến).

    `papers` are files with the component that each belongs to, None for what is not on the list. A filing
    that was not received yet is thereby completed and counts from now (T2). After reception the desk looks
    whether everything is there and resumes: only then the whole limit starts afresh (T1).
    Raises `NotPermitted`, `NotPossibleNow`, `Invalid`, `BadFile`.
    """
    dossier = locked(dossier)
    if not rules.is_owner(by, dossier):
        raise NotPermitted(_("Only the applicant answers this."))
    asked = dossier.supplements.filter(answered_at__isnull=True).first()
    if asked is None:
        raise NotPossibleNow(_("Nothing is asked of you for this dossier."), code="nothing_asked")
    if SupplementAnswer.objects.filter(supplement=asked).exists():
        raise NotPossibleNow(
            _(
                "You have answered already; the desk looks at what you sent. What is still missing, bring there."
            ),
            code="answered_already",
        )
    papers, note = list(papers), note.strip()
    if not papers:
        raise Invalid(_("Choose at least one file."), code="required", field="files")
    if len(papers) > MOST_FILES:
        raise Invalid(_("At most %(most)s files can be sent at once.") % {"most": MOST_FILES}, field="files")
    if len(note) > LONGEST_NOTE or "\x00" in note:
        raise Invalid(
            _("The note has more than %(most)s characters, or some that are no text.")
            % {"most": LONGEST_NOTE},
            field="note",
        )
    for component, upload in papers:
        add_document(dossier, upload, by=None, component=component, source=DocumentSource.UPLOAD)
    answer = SupplementAnswer.objects.create(supplement=asked, at=timezone.now(), by=by, note=note)
    if asked.before_reception:
        complete_filing(dossier)  # it stands again in the desk's list of filings to answer
        return answer
    record(dossier, EventKind.ANSWERED_ONLINE, by=by)
    tell_staff(
        [dossier.holder, *supervisors_of(dossier.receiving_desk)],
        f"{dossier.uuid}:answered:{answer.pk}",
        dossier,
        kind=MessageKind.ANSWERED_ONLINE,
        subject=gettext_lazy("Dossier %(code)s: the applicant answered online"),
        body=gettext_lazy(
            "%(code)s, %(procedure)s: the applicant sent what was asked for. Look whether it is complete."
        ),
    )
    return answer
