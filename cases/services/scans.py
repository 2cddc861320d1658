"""What a desk does with a scan after it was stored: turn it, take a wrong one out, reuse instead."""

from collections.abc import Collection

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from cases import errors, papers, queries, rules
from cases.enums import FINAL_STATES, DocumentSource, EventKind, Provision, Verb
from cases.events import record
from cases.models import Document, Dossier, StoredPaper
from cases.pictures import UNREADABLE
from cases.services.base import locked, required_text
from cases.services.documents import ACCEPTED, hash_of
from cases.services.pages import CLOCKWISE, turned
from cases.services.searchable import state_of_new
from cases.services.signatures import expect_check
from cases.services.store import reuse_offers, take_from_store
from cases.services.stored_files import files_or_nothing, forget_file, store_file


@files_or_nothing()
@transaction.atomic
def turn_pages(
    document: Document, *, by, degrees: int, pages: Collection[int] | None = None, seen: str = ""
) -> Document:
    """Turn pages (from 1; None = all) of a scan clockwise by 90, 180 or 270 degrees.

    The content and its hash change; the event keeps both hashes, the old file goes on commit, and the text
    is looked for again. Only scans: what was filed electronically may carry a signature, and what is
    reused or a result stays as it is kept. `seen` is the hash of what was looked at (empty: not asked):
    two who turn the same page at once would turn it twice. Raises `Invalid`, `NotPossibleNow`,
    `NotPermitted`, `ChangedMeanwhile`.
    """
    document = _locked(document)
    dossier = document.dossier
    if dossier.state in FINAL_STATES:
        raise errors.not_possible(dossier, Verb.DIGITIZE)
    if not rules.handles(by, dossier):
        raise errors.not_permitted(Verb.DIGITIZE)
    _only_scans(document)
    if seen and seen != document.sha256:
        raise errors.ChangedMeanwhile(
            _("Nothing was turned: somebody turned “%(name)s” while you looked at it. Look at it again.")
            % {"name": document.name}
        )
    if degrees not in CLOCKWISE:
        raise errors.Invalid(_("Pages are turned by 90, 180 or 270 degrees."), field="degrees")
    wanted = set(range(1, document.pages + 1) if pages is None else pages)
    if not wanted or not wanted <= set(range(1, document.pages + 1)):
        raise errors.Invalid(
            _("“%(name)s” has the pages 1 to %(pages)s.") % {"name": document.name, "pages": document.pages},
            field="pages",
        )
    try:
        with queries.open_file(document) as file:
            content = turned(file.read(), document.mime_type, degrees=degrees, pages=wanted)
    except UNREADABLE as error:
        raise errors.BadFile(
            _("“%(name)s” cannot be turned here. Turn the paper and scan it again.") % {"name": document.name}
        ) from error
    old = document.sha256
    forget_file(document.file)
    forget_file(document.searchable)
    document.sha256, document.size = hash_of(content), len(content)
    document.searchable, document.text, document.text_fault = "", "", ""
    document.text_state = state_of_new(document.source)
    store_file(document.file, ContentFile(content, name="file" + ACCEPTED[document.mime_type]))
    document.save()
    expect_check(document, content)
    record(
        dossier,
        EventKind.DOCUMENT_TURNED,
        by=by,
        name=document.name,
        pages=sorted(wanted),
        degrees=degrees,
        sha256=document.sha256,
        old_sha256=old,
    )
    return document


@transaction.atomic
def remove_document(document: Document, *, by, reason: str) -> None:
    """Take a wrong scan out (gỡ bản quét sai) as long as it lies at the desk; the event keeps name and hash.

    Not after the dossier has left the desk: then only what came since the supplement was asked for. The
    file is deleted on commit. Raises `Invalid`, `NotPossibleNow`, `NotPermitted`.
    """
    document = _correctable(document, by)
    reason = required_text(reason, field="reason", sentence=_("Say why the scan is taken out."))
    _take_out(document, by=by, reason=reason)


@transaction.atomic
def reuse_instead(document: Document, *, by) -> Document:
    """A scan of what the applicant's store has already: the stored paper takes its place (R13).

    The component then counts as reused and needs no scan. Raises `NotPossibleNow` when the store does not
    have this very file for it, and what `remove_document` raises.
    """
    document = _correctable(document, by)
    paper = reusable_papers(document.dossier).get(document.pk)
    if paper is None:
        raise errors.NotPossibleNow(
            _("The applicant's store does not have “%(name)s” for this paper.") % {"name": document.name}
        )
    item = document.component
    item.provision, item.originals, item.copies = Provision.REUSED, 0, 0
    item.save(update_fields=["provision", "originals", "copies"])
    _take_out(document, by=by, reason=_("Reused from the applicant's store instead."))
    take_from_store(item, paper, by=by)
    return item.documents.get(source=DocumentSource.REUSED, sha256=paper.document.sha256)


def reusable_papers(dossier: Dossier, copies: dict[int, Document] | None = None) -> dict[int, StoredPaper]:
    """Of the scans of this dossier the stored paper that is the same file and stands for the same component.

    By the id of the scan; only papers of this applicant that are valid today. `copies` when they are known.
    """
    copies = papers.known_copies(dossier) if copies is None else copies
    if not copies:
        return {}
    offers = reuse_offers(dossier.version, dossier.applicant)
    scans = dossier.documents.filter(pk__in=copies, source=DocumentSource.SCAN, component__isnull=False)
    found = {}
    for scan in scans.select_related("component"):
        offer = offers.get(scan.component.component_id)
        if offer and offer.paper and offer.paper.document.sha256 == scan.sha256:
            found[scan.pk] = offer.paper
    return found


def _locked(document: Document) -> Document:
    """The file as it is now, with its dossier locked."""
    dossier = locked(document.dossier)
    found = dossier.documents.select_related("component__component").filter(pk=document.pk).first()
    if found is None:
        raise errors.NotPossibleNow(
            _("“%(name)s” is no longer there: somebody has taken it out.") % {"name": document.name}
        )
    found.dossier = dossier
    return found


def _correctable(document: Document, by) -> Document:
    document = _locked(document)
    dossier = document.dossier
    if dossier.state not in papers.WITH_THE_DESK:
        raise errors.NotPossibleNow(
            _("The dossier is no longer at the desk (“%(state)s”), so its scans stay as they are.")
            % {"state": dossier.get_state_display()}
        )
    if not rules.is_clerk_of(by, dossier.receiving_desk):
        raise errors.not_permitted(Verb.DIGITIZE)
    _only_scans(document)
    if not papers.is_removable(document, papers.asked_since(dossier)):
        raise errors.NotPossibleNow(
            _("“%(name)s” was there when the dossier left the desk. It stays; add the right scan to it.")
            % {"name": document.name}
        )
    if StoredPaper.objects.filter(document=document).exists():
        raise errors.NotPossibleNow(
            _("“%(name)s” is kept in the applicant's store and stays.") % {"name": document.name}
        )
    return document


def _only_scans(document: Document) -> None:
    if document.source != DocumentSource.SCAN:
        raise errors.NotPossibleNow(
            _("“%(name)s” is no scan of the desk (%(source)s): it stays as it is.")
            % {"name": document.name, "source": document.get_source_display()}
        )


def _take_out(document: Document, *, by, reason: str) -> None:
    forget_file(document.file)
    forget_file(document.searchable)
    dossier, name, sha256 = document.dossier, document.name, document.sha256
    document.delete()
    record(dossier, EventKind.DOCUMENT_REMOVED, by=by, name=name, sha256=sha256, reason=reason)
