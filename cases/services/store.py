"""The applicant's own store of papers (kho dữ liệu), and what need not be asked for again (R13, R36)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.connections.sources import system_of
from cases.connections.systems import System
from cases.enums import DocumentSource, Provision, ResultKind
from cases.errors import Invalid
from cases.models import Applicant, Document, Dossier, DossierComponent, StoredPaper
from cases.result_codes import result_code
from cases.services.signatures import expect_same_check
from procedures.models import Component, ElectronicSource, ProcedureVersion
from procedures.text import fold


@dataclass(frozen=True, slots=True)
class Offer:
    """Why a component need not be brought: a connected database, or a paper in the applicant's store."""

    source: str
    paper: StoredPaper | None = None


def reuse_offers(
    version: ProcedureVersion, applicant: Applicant | None, *, answered: frozenset[System] = frozenset()
) -> dict[int, Offer]:
    """What can be reused in a dossier of this applicant, by the id of the component; two queries.

    Of somebody who is not known yet (None) only what databases have. `answered` are the systems that have
    answered for this applicant: what they have need not be brought, connected for all or not.

    A valid paper of the store goes before a database: it brings its file with it. It stands for a component
    of its name, however accents and blanks are written, and for one that is the result of its procedure.
    """
    components = list(version.components.all())
    sources = {component.electronic_source for component in components} - {""}
    connected = set(
        ElectronicSource.objects.filter(name__in=sources, is_connected=True).values_list("name", flat=True)
    )
    papers = list(valid_papers(applicant)) if applicant else []
    offers = {}
    for component in components:
        paper = next((paper for paper in papers if _stands_for(paper, component)), None)
        if paper:
            offers[component.pk] = Offer(_where(paper), paper)
        elif component.electronic_source in connected or system_of(component.electronic_source) in answered:
            offers[component.pk] = Offer(component.electronic_source)
    return offers


def valid_papers(applicant: Applicant) -> QuerySet[StoredPaper]:
    """The applicant's stored papers that can be handed in again today."""
    today = timezone.localdate()
    still = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    papers = StoredPaper.objects.filter(still, applicant=applicant).exclude(_is_corrected())
    return papers.select_related("document")


def _is_corrected() -> Q:
    """A result whose correction has its own, or an earlier one of two corrections of the same result (R39).

    Its row stays as it was issued; the newest one counts, also when that one expires.
    """
    results = StoredPaper.objects.filter(document__source=DocumentSource.RESULT)
    correction = results.filter(document__dossier__corrects=OuterRef("document__dossier"))
    later = results.filter(
        document__dossier__corrects=OuterRef("document__dossier__corrects"), pk__gt=OuterRef("pk")
    )
    return Q(document__source=DocumentSource.RESULT) & (Q(Exists(correction)) | Q(Exists(later)))


def _stands_for(paper: StoredPaper, component: Component) -> bool:
    if not paper.key:
        return False
    if component.result_of_id and component.result_of_id == paper.result_of_id:
        return True
    return paper.key == fold(component.name_vi)


def _where(paper: StoredPaper) -> str:
    """Such as “the applicant's store: Giấy chứng nhận kết hôn 12/KQ, 03/11/2026”."""
    issued = f", {paper.issued_on:%d/%m/%Y}" if paper.issued_on else ""
    return _("the applicant's store: %(paper)s") % {"paper": f"{paper.name} {paper.number}".strip() + issued}


def take_from_store(item: DossierComponent, paper: StoredPaper, *, by) -> None:
    """Put a reference to the stored file into the dossier, so that the dossier holds it; once per file."""
    kept = paper.document
    if item.dossier.documents.filter(component=item, sha256=kept.sha256).exists():
        return
    document = Document.objects.create(
        dossier=item.dossier,
        component=item,
        source=DocumentSource.REUSED,
        name=kept.name,
        file=kept.file.name,
        mime_type=kept.mime_type,
        size=kept.size,
        pages=kept.pages,
        sha256=kept.sha256,
        added_at=timezone.now(),
        added_by=by,
    )
    expect_same_check(document, as_of=kept)


# --- What goes into the store -------------------------------------------------------------------


def check_validity(valid_until: date | None) -> date | None:
    """A result is valid until today at least, or without an end; else `Invalid`."""
    if valid_until is not None and valid_until < timezone.localdate():
        raise Invalid(
            _("A result cannot have been valid only until %(day)s: that day is over.")
            % {"day": f"{valid_until:%d/%m/%Y}"},
            code="already_invalid",
            field="valid_until",
        )
    return valid_until


def keep_result(
    dossier: Dossier, document: Document, *, valid_until: date | None = None, copy_of: str = ""
) -> StoredPaper | None:
    """Keep a granted result in the owner's store with its code, number, date, signer and validity (R36).

    Decree 61/2018 Art 20.5. A refusal is no paper that somebody could hand in again. A certified copy is called
    by the paper `copy_of`, and is offered for nothing: nobody knows whose paper that is, and until when it holds.
    """
    if dossier.result_kind != ResultKind.GRANTED:
        return None
    name = copy_of or dossier.version.result_name_vi or dossier.version.name_vi
    return StoredPaper.objects.create(
        applicant=dossier.applicant,
        name=name,
        key="" if copy_of else fold(name),
        result_of=dossier.version.procedure,
        result_code=result_code(dossier),
        number=dossier.result_number,
        issued_on=timezone.localdate(dossier.finished_at),
        signer=dossier.result_signer,
        valid_until=valid_until,
        document=document,
        stored_at=timezone.now(),
    )


def keep_papers(dossier: Dossier) -> None:
    """Keep the scans of papers that are results of other procedures: a certificate brought once is enough.

    Other papers belong to their case: an application form is new each time, and a birth notice is of one
    child, so an old scan must not stand for them.
    """
    items = dossier.components.filter(
        provision=Provision.PAPER, documents__isnull=False, component__result_of__isnull=False
    )
    for item in items.select_related("component").prefetch_related("documents").distinct():
        name = item.component.name_vi
        StoredPaper.objects.create(
            applicant=dossier.applicant,
            name=name,
            key=fold(name),
            result_of_id=item.component.result_of_id,
            document=item.documents.all()[0],
            stored_at=timezone.now(),
        )
