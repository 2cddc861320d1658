"""What signed-in applicants see of their own: dossiers, files, letters, papers in the store; reads only."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import queries
from cases.enums import DocumentSource, State
from cases.events import local_text
from cases.letters import letters_of
from cases.models import Applicant, Document, Dossier, StoredPaper, Supplement, SupplementAnswer
from notifications.models import Letter

HANDED_OUT = (State.PAID, State.RETURNED)


def dossiers_of(applicant: Applicant) -> QuerySet[Dossier]:
    """Everything that was filed for this person, the newest first."""
    open_request = Supplement.objects.filter(dossier=OuterRef("pk"), answered_at__isnull=True)
    answered = SupplementAnswer.objects.filter(
        supplement__dossier=OuterRef("pk"), supplement__answered_at__isnull=True
    )
    return (
        Dossier.objects.filter(applicant=applicant)
        .with_people()
        .annotate(is_asked=Exists(open_request), has_answered=Exists(answered))
        .order_by("-filed_at", "-pk")
    )


def sentence_of(dossier: Dossier) -> str:
    """The state of one of `dossiers_of` in plain words, before reception too."""
    if dossier.state == State.SUBMITTED:
        if dossier.answer_due_at is None:
            return _("Filed; the desk looks at it.")
        return _("Filed; the desk answers by %(moment)s.") % {"moment": local_text(dossier.answer_due_at)}
    if dossier.state == State.REFUSED:
        return _("The desk refused to receive it; the reason is in the history below.")
    return queries.sentence_of(dossier, answered_online=dossier.has_answered)


def open_supplement(dossier: Dossier) -> Supplement | None:
    """What is asked of the applicant and not yet answered, neither at the desk nor online."""
    return dossier.supplements.filter(answered_at__isnull=True, online_answer__isnull=True).first()


def documents_of(dossier: Dossier) -> QuerySet[Document]:
    """The owner's papers, and the result once it may be handed out: nothing that officers wrote for themselves."""
    own = Q(source=DocumentSource.UPLOAD) | Q(component__isnull=False)
    files = dossier.documents.exclude(source=DocumentSource.RESULT).filter(own)
    if dossier.state in HANDED_OUT:
        # An earlier one was taken back when the result was undone.
        result = dossier.documents.filter(source=DocumentSource.RESULT).order_by("-pk").values("pk")[:1]
        files = files | dossier.documents.filter(pk__in=result)
    return files.select_related("component__component").order_by("added_at", "pk")


def issued_letters_of(dossier: Dossier) -> QuerySet[Letter]:
    """What was sent to the applicant; drafts are the office's own."""
    return letters_of(dossier).issued().order_by("issued_at", "pk")


@dataclass(frozen=True, slots=True)
class OwnPaper:
    """A paper of the store (kho dữ liệu), whether it can be handed in again, and where that was done."""

    paper: StoredPaper
    is_valid: bool
    may_open: bool
    reused_in: list[Dossier]


def papers_of(applicant: Applicant) -> list[OwnPaper]:
    """All papers of the store, the newest first; four queries however many there are."""
    papers = list(
        StoredPaper.objects.filter(applicant=applicant)
        .select_related("document__dossier", "document__signature_check", "result_of")
        .prefetch_related("document__signatures")
    )
    today = timezone.localdate()
    reused: dict[str, list[Dossier]] = {}
    copies = Document.objects.filter(
        dossier__applicant=applicant,
        source=DocumentSource.REUSED,
        file__in=[paper.document.file.name for paper in papers],
    )
    for copy in copies.select_related("dossier").order_by("added_at", "pk"):
        known = reused.setdefault(copy.file.name, [])
        if copy.dossier not in known:
            known.append(copy.dossier)
    return [
        OwnPaper(
            paper,
            is_valid=paper.valid_until is None or paper.valid_until >= today,
            may_open=_may_open(paper.document),
            reused_in=reused.get(paper.document.file.name, []),
        )
        for paper in papers
    ]


def _may_open(document: Document) -> bool:
    if document.source != DocumentSource.RESULT:
        return True
    return document.dossier is None or document.dossier.state in HANDED_OUT  # archived: it was handed out
