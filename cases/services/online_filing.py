"""Filing a draft online: exactly once, for the person who signed in and nobody else (R10)."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enums import DocumentSource, NoticeChannel, Provision, ReturnChannel
from cases.errors import ComponentMissing, Invalid
from cases.models import Applicant, OnlineDraft, OnlineFiling
from cases.services.accounts import applicant_of
from cases.services.applicants import keep_contact
from cases.services.base import known_choice
from cases.services.checklist import ComponentFacts
from cases.services.digitizing import add_document
from cases.services.filing import submit
from cases.services.online_drafts import drop_draft
from cases.services.online_uploads import Arrived
from cases.services.store import reuse_offers
from cases.services.stored_files import files_or_nothing
from cases.services.versions import version_in_force
from procedures import eforms
from procedures.enums import Channel, ServiceLevel
from procedures.models import Agency, ProcedureVersion

UPLOAD, REUSE, ON_PAPER, NOT_NEEDED, EFORM = "upload", "reuse", "paper", "none", "eform"


class WrongAnswers(Invalid):
    """The e-form is not answered as it asks; `faults` has a sentence by field."""

    code = "answers"

    def __init__(self, faults: dict[str, str]):
        super().__init__(_("Some answers are missing or cannot be accepted; they are marked below."))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class OnlineFacts:
    """What a citizen files; who files is not among it: that is who signed in.

    `ways`: by id of the component how it comes: upload, reuse, paper, none, or eform.
    """

    desk: Agency
    answers: dict
    ways: dict[int, str]
    competent_agency: Agency | None = None
    return_channel: str = ReturnChannel.DESK
    notice_channels: list[str] = field(default_factory=list)
    phone: str = ""
    email: str = ""
    consent: bool = False


def can_be_filed_online(version: ProcedureVersion) -> bool:
    return Channel.ONLINE in version.channels and version.service_level != ServiceLevel.INFORMATION


def ways_for(component, version: ProcedureVersion, offers: dict) -> list[str]:
    """How this paper can come with an online filing, the usual way first.

    On paper only where the service is partly online, and what is merely shown; nothing that lies in a
    database or in the store has to be sent at all (R13), nor the application form whose e-form is filled in.
    """
    if version.eform_schema.get("x-component") == component.position:
        return [EFORM]
    ways = [REUSE] if component.pk in offers else []
    ways.append(UPLOAD)
    if component.shown_only or version.service_level == ServiceLevel.PARTIAL:
        ways.append(ON_PAPER)
    if not component.is_mandatory:
        ways.insert(0, NOT_NEEDED)
    return ways


@files_or_nothing()
@transaction.atomic
def file_online(account, key: UUID, facts: OnlineFacts) -> OnlineFiling:
    """File the draft of this key for the applicant of the account.

    In order: contact kept, dossier submitted and acknowledged, its files added, answers and consent kept, draft
    deleted. A draft that was filed already is not filed again: the first filing is returned. Raises
    `WrongAnswers`, `ComponentMissing`, `Invalid`, and what `submit` raises; then nothing was changed.
    """
    draft = OnlineDraft.objects.select_for_update(of=("self",)).filter(account=account, key=key).first()
    if draft is None:
        return _filed_before(account, key)
    applicant = applicant_of(account)
    if applicant is None:
        raise Invalid(_("Your account has no verified ID number, so nothing can be filed with it."))
    version = version_in_force(draft.procedure, timezone.localdate())
    form = version.eform
    if faults := eforms.faults(form, facts.answers):
        raise WrongAnswers(faults)
    _check_choices(version, facts)
    components = _checklist(version, draft, applicant, facts)
    applicant = keep_contact(
        applicant, phone=facts.phone, email=facts.email, notice_channels=facts.notice_channels
    )
    dossier = submit(
        draft.procedure,
        applicant,
        desk=facts.desk,
        channel=Channel.ONLINE,
        competent_agency=facts.competent_agency,
        components=components,
        return_channel=facts.return_channel,
    )
    _add_files(dossier, draft)
    now = timezone.now()
    filing = OnlineFiling.objects.create(
        key=draft.key,
        dossier=dossier,
        account=account,
        form=eforms.ordered(form),
        answers=facts.answers,
        consented_at=now,
        filed_at=now,
    )
    drop_draft(draft)
    return filing


def _filed_before(account, key: UUID) -> OnlineFiling:
    filing = OnlineFiling.objects.filter(account=account, key=key).first()
    if filing is None:
        raise Invalid(_("This draft is no longer there. Begin again."), code="gone")
    return filing


def _check_choices(version: ProcedureVersion, facts: OnlineFacts) -> None:
    if not can_be_filed_online(version):
        raise Invalid(
            _("This procedure cannot be filed online. File at the desk or by post."), code="not_online"
        )
    if not facts.consent:
        raise Invalid(
            _("Without your consent to the processing of your data the dossier cannot be handled online."),
            code="consent",
            field="consent",
        )
    for channel in facts.notice_channels:
        known_choice(channel, NoticeChannel, field="notice_channels")


def _checklist(
    version: ProcedureVersion, draft: OnlineDraft, applicant: Applicant, facts: OnlineFacts
) -> list[ComponentFacts]:
    """How each paper comes; everything that is missing is named at once (R7)."""
    offers = reuse_offers(version, applicant)
    uploads = list(draft.uploads.filter(component__version=version))  # not of a version before
    unfinished = [upload.name for upload in uploads if not upload.completed_at]
    if unfinished:
        raise ComponentMissing(
            _("Not uploaded to the end: %(names)s. Choose the file again to go on, or remove it.")
            % {"names": "; ".join(unfinished)},
            field="components",
        )
    with_files = {upload.component_id for upload in uploads}
    rows, missing = [], []
    for component in version.components.all():
        way = facts.ways.get(component.pk, "")
        if way not in ways_for(component, version, offers):
            missing.append(component.name)
        elif way == REUSE:
            rows.append(ComponentFacts(component.pk, Provision.REUSED))
        elif way == EFORM or (way == UPLOAD and component.pk in with_files):
            rows.append(ComponentFacts(component.pk, Provision.ELECTRONIC))
        elif way == UPLOAD:
            missing.append(component.name)
        elif way == NOT_NEEDED:
            rows.append(ComponentFacts(component.pk, Provision.NOT_NEEDED))
    if missing:
        raise ComponentMissing(
            _("Still missing: %(names)s. Upload a file, or choose how it comes.")
            % {"names": "; ".join(missing)},
            field="components",
        )
    return rows


def _add_files(dossier, draft: OnlineDraft) -> None:
    """The files of the papers that come as files; one that lies beside another choice is left behind."""
    rows = {row.component_id: row for row in dossier.components.filter(provision=Provision.ELECTRONIC)}
    for upload in draft.uploads.all():
        row = rows.get(upload.component_id)
        if row is not None:
            file = Arrived(upload.name, Path(upload.file.path).read_bytes())
            add_document(dossier, file, by=None, component=row, source=DocumentSource.UPLOAD)
