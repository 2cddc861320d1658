"""What is known of the papers of a dossier: files, texts in them, what came on paper after filing online."""

from dataclasses import dataclass
from datetime import datetime

from django.core.files import File
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.enums import (
    FINAL_STATES,
    ON_PAPER,
    CollectionProof,
    DocumentSource,
    State,
)
from cases.errors import FileMissing
from cases.models import Demand, Document, Dossier, DossierComponent
from cases.scan_enums import TextState
from procedures.enums import Channel
from procedures.text import fold

# While the papers themselves lie with the desk, a scan can be taken out and made again.
WITH_THE_DESK = frozenset({State.RECEIVED, State.SUPPLEMENT})


def open_searchable(document: Document) -> File:
    """The searchable copy of a scan; `FileMissing` when there is none."""
    if not document.searchable:
        raise FileMissing
    try:
        return document.searchable.open("rb")
    except FileNotFoundError as error:
        raise FileMissing from error


# --- What may be done with a scan ---------------------------------------------------------------


def is_turnable(document: Document) -> bool:
    """A scan of a dossier that goes on; everything else may be signed or kept elsewhere."""
    return document.source == DocumentSource.SCAN and document.dossier.state not in FINAL_STATES


def is_removable(document: Document, since: datetime | None) -> bool:
    """A scan that lies at the desk; `since` is `asked_since` of its dossier."""
    at_the_desk = document.dossier.state in WITH_THE_DESK and document.source == DocumentSource.SCAN
    return at_the_desk and (since is None or document.added_at > since)


def asked_since(dossier: Dossier) -> datetime | None:
    """Since when the desk gathers again after the papers had left it; None while they have not."""
    if dossier.state == State.RECEIVED or dossier.transferred_at is None:
        return None
    asked = dossier.supplements.filter(answered_at=None).order_by("-asked_at").first()
    return asked.asked_at if asked else dossier.transferred_at


# --- The same file again ------------------------------------------------------------------------


def known_copies(dossier: Dossier) -> dict[int, Document]:
    """Of the files of this dossier the same file in an earlier one of the same applicant, by the file's id.

    Never anybody else's: what others handed in is not told.
    """
    mine = dict(dossier.documents.exclude(source=DocumentSource.REUSED).values_list("sha256", "pk"))
    earlier = (
        Document.objects.filter(dossier__applicant=dossier.applicant_id, sha256__in=mine)
        .exclude(dossier=dossier)
        .exclude(source=DocumentSource.REUSED)
        .select_related("dossier")
        .order_by("-added_at", "-pk")
    )
    return {mine[document.sha256]: document for document in earlier}


# --- Text in scans ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passage:
    """A file in which the words stand, and what stands around the first of them."""

    document: Document
    around: str


AROUND = 80  # characters each side


def find_text(dossier: Dossier, words: str) -> list[Passage]:
    """The files of the dossier in which all these words stand, without regard to accents and capitals."""
    wanted = fold(words).split()
    if not wanted:
        return []
    found = []
    for document in dossier.documents.filter(text_state=TextState.DONE):
        folded = fold(document.text)
        if all(word in folded for word in wanted):
            found.append(Passage(document, _around(document.text, folded, wanted[0])))
    return found


def _around(text: str, folded: str, word: str) -> str:
    plain = " ".join(text.split())
    # Folding changes no length of what is written with composed accents; else the beginning has to do.
    at = folded.index(word) if len(plain) == len(folded) else 0
    begin, end = max(at - AROUND, 0), at + len(word) + AROUND
    return ("…" if begin else "") + plain[begin:end] + ("…" if end < len(plain) else "")


# --- No paper inside ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperStep:
    """Where paper was taken although the dossier had been filed online; `kind` for counting."""

    kind: str
    sentence: str


def paper_steps_of(dossier: Dossier) -> list[PaperStep]:
    """Every step on paper of a dossier filed online, none for any other (end-to-end electronic handling).

    A paper handed in, shown or scanned, a paper demanded, and a result that was handed over on paper.
    """
    if dossier.channel != Channel.ONLINE:
        return []
    steps = [
        PaperStep("component", _("on paper: %(paper)s") % {"paper": item.component.name})
        for item in dossier.components.select_related("component")
        if item.provision in ON_PAPER
    ]
    steps += [
        PaperStep("scan", _("scanned: %(paper)s") % {"paper": document.name})
        for document in dossier.documents.select_related("component")
        if document.source == DocumentSource.SCAN
        and (document.component is None or document.component.provision not in ON_PAPER)
    ]
    steps += [
        PaperStep("demand", _("demanded: %(paper)s") % {"paper": demand.paper})
        for demand in dossier.demands.all()
    ]
    if dossier.returned_at and dossier.collection_proof != CollectionProof.ELECTRONIC:
        steps.append(PaperStep("hand_over", _("the result was handed over on paper")))
    return steps


def with_paper_inside(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """Those among these that were filed online and for which `paper_steps_of` finds a step, in one query."""
    of_this = {"dossier": OuterRef("pk")}
    components = DossierComponent.objects.filter(**of_this, provision__in=ON_PAPER)
    scans = Document.objects.filter(**of_this, source=DocumentSource.SCAN)
    handed_over = Q(returned_at__isnull=False) & ~Q(collection_proof=CollectionProof.ELECTRONIC)
    return dossiers.filter(
        handed_over | Exists(components) | Exists(scans) | Exists(Demand.objects.filter(**of_this)),
        channel=Channel.ONLINE,
    )
