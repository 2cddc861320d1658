"""What was filed at the portal for us becomes a submitted dossier, once by its code (R10, T2).

How the portal hands filings over is not documented: it is asked for a list by a configured service and told which
were taken over by another. A filing that cannot be taken over is listed with its reason and holds up no other.
"""

import hashlib
import logging
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.codes import is_dossier_code
from cases.connections.portal import Portal
from cases.connections.systems import System
from cases.enums import ApplicantKind, Provision, ReturnChannel
from cases.errors import CaseError, Invalid
from cases.limits import CannotCount
from cases.models import Dossier, PortalDossier, PortalFiling, PortalMessage
from cases.portal.content import component_code
from cases.portal.states import FilingState, PortalState
from cases.portal.statuses import PortalStatus
from cases.portal.wire import read
from cases.services import portal_files
from cases.services.applicants import ApplicantFacts
from cases.services.checklist import ComponentFacts
from cases.services.clock import counts_as_received_at
from cases.services.connections import calling
from cases.services.filing import submit
from cases.services.portal_variants import access, can_be_asked
from cases.services.versions import version_in_force
from onestop.encryption import canonical
from onestop.outside import OutsideError, Refused
from procedures.enums import Channel
from procedures.models import Agency, Procedure

logger = logging.getLogger(__name__)

_MINISTRY = re.compile(r"[A-Z]\d{2}(\.[0-9A-Z]{1,3})*-\d{8}-\d{7}", re.ASCII)
_SUFFIX = re.compile(r"(\.000\.00\.00)?(\.[A-Z]\d{2})?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class FilingCounts:
    """What one run did; `why` is why it ended early."""

    taken: int = 0
    known: int = 0
    bad: int = 0
    why: str = ""


def take_filings() -> FilingCounts:
    """Ask for filings, take over what can be, and tell the portal which. Nothing while that is not configured."""
    if not (settings.PORTAL_URL and settings.PORTAL_FILINGS_SERVICE and can_be_asked()):
        return FilingCounts()
    counts: Counter[str] = Counter()
    try:
        with Portal(access()) as portal:
            with calling(System.PORTAL):
                filings = portal.filings()
            for filing in filings:
                counts[take(filing)] += 1
            _confirm(portal)
    except OutsideError as error:
        logger.warning("filings were not taken over: %s", error)
        return FilingCounts(**counts, why=str(error))
    return FilingCounts(**counts)


def take(filing: dict) -> str:
    """One filing, whatever it is: returns `taken`, `known` (taken before) or `bad`."""
    code = filing.get("MaHoSo")
    if not isinstance(code, str) or not (is_code(code)):
        digest = hashlib.sha256(canonical(filing)).hexdigest()[:16]
        return _bad(f"?{digest}", filing, _("It has no code of a dossier."))
    if _is_taken(code):
        return "known"
    try:
        with transaction.atomic():
            _submit(code, filing)
    except IntegrityError:
        # Another worker took it over in the same moment, or a desk was first with this code.
        return _bad(code, filing, _("A dossier that was received here has this code already."))
    except (CaseError, CannotCount) as error:
        return _bad(code, filing, str(getattr(error, "sentence", error)))
    except Exception as error:  # noqa: BLE001 - it is logged and listed, and must not hold up those behind it
        logger.error("a filing of the portal could not be taken over: %s", type(error).__name__)
        return _bad(code, filing, _("It could not be stored (%(error)s).") % {"error": type(error).__name__})
    return "taken"


def _is_taken(code: str) -> bool:
    return PortalFiling.objects.filter(code=code, state=FilingState.TAKEN).exists()


def is_code(code: str) -> bool:
    """A dossier code of either style, or of the ministries' variant, which is accepted here only."""
    return len(code) <= 60 and bool(_MINISTRY.fullmatch(code) or _is_ours(code))


def _is_ours(code: str) -> bool:
    try:
        return is_dossier_code(code)
    except IndexError:
        return False


def _submit(code: str, filing: dict) -> None:
    procedure = _procedure(_text(filing, "MaTTHC"))
    desk = _desk(_text(filing, "MaDonVi"))
    filed_at = read(_text(filing, "NgayNopHoSo"))
    dossier = submit(
        procedure,
        _applicant(filing),
        desk=desk,
        channel=Channel.ONLINE,
        filed_at=filed_at,
        subject=_text(filing, "TrichYeuHoSo", required=False)[:500],
        return_channel=ReturnChannel.POST if filing.get("HinhThuc") == "1" else ReturnChannel.DESK,
        components=_components(procedure, desk, filed_at, filing),
    )
    now = timezone.now()
    PortalFiling.objects.filter(code=code, state=FilingState.BAD).delete()
    PortalFiling.objects.create(
        code=code,
        state=FilingState.TAKEN,
        first_seen_at=now,
        last_tried_at=now,
        agency_code=desk.identifier,
        dossier=dossier,
    )
    _known_there(dossier, code)
    portal_files.expect(dossier, filing.get("TaiLieuNop"))


def _known_there(dossier: Dossier, code: str) -> None:
    """The portal told us of it: it has the dossier at status 1, by its own code, and need not be told."""
    PortalMessage.objects.filter(dossier=dossier).delete()
    PortalDossier.objects.filter(dossier=dossier).update(
        code=code,
        state=PortalState.ACCEPTED,
        last_number=0,
        last_status=PortalStatus.NEW,
        known_status=PortalStatus.NEW,
    )


def _bad(code: str, filing: dict, reason: str) -> str:
    """List it with the reason; what was taken over meanwhile is `known`."""
    if _is_taken(code):
        return "known"
    now = timezone.now()
    longest = PortalFiling._meta.get_field("reason").max_length
    found = {
        "state": FilingState.BAD,
        "reason": _storable(reason)[:longest] or "?",
        "content": filing,
        "agency_code": _storable(str(filing.get("MaDonVi", "")))[:60],
        "last_tried_at": now,
    }
    PortalFiling.objects.update_or_create(
        code=code, defaults=found, create_defaults={**found, "first_seen_at": now}
    )
    return "bad"


def _confirm(portal: Portal) -> None:
    """Tell which were taken over; what is not told now is handed out again, and known then."""
    waiting = PortalFiling.objects.filter(state=FilingState.TAKEN, told_at=None)
    codes = list(waiting.values_list("code", flat=True)[:500])
    if not codes or not settings.PORTAL_FILINGS_TAKEN_SERVICE:
        return
    try:
        with calling(System.PORTAL):
            portal.confirm_filings(codes)
    except Refused as error:
        logger.warning("the portal does not want to know what was taken over: %s", error)
    else:
        PortalFiling.objects.filter(code__in=codes).update(told_at=timezone.now())


def _text(filing: dict, name: str, *, required: bool = True) -> str:
    value = filing.get(name, "")
    value = _storable(value).strip() if isinstance(value, str) else ""
    if required and not value:
        raise Invalid(_("The filing has no %(field)s.") % {"field": name})
    return value


def _storable(text: str) -> str:
    """Without what JSON can say and the database cannot hold: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="ignore").decode()


def _procedure(code: str) -> Procedure:
    wanted = {code, _SUFFIX.sub("", code)}
    found = Procedure.objects.filter(code__in=wanted).order_by("-code").first()
    if found is None:
        raise Invalid(_("There is no procedure %(code)s here.") % {"code": code[:40]})
    return found


def _desk(code: str) -> Agency:
    found = Agency.objects.filter(identifier=code, is_reception_desk=True).first()
    if found is None:
        raise Invalid(_("There is no reception desk %(code)s here.") % {"code": code[:40]})
    return found


def _applicant(filing: dict) -> ApplicantFacts:
    kinds = {code: kind for kind, code in reversed(settings.PORTAL_APPLICANT_KINDS.items())}
    kind = kinds.get(_text(filing, "LoaiDoiTuong"))
    if kind not in ApplicantKind.values:
        raise Invalid(_("The filing says nothing of the kind of its applicant."))
    return ApplicantFacts(
        full_name=_text(filing, "ChuHoSo"),
        id_number=_text(filing, "SoGiayToChuHoSo", required=False),
        phone=_text(filing, "SoDienThoai", required=False),
        email=_text(filing, "Email", required=False),
        address=_text(filing, "DiaChi", required=False),
        kind=kind,
    )


def _components(procedure: Procedure, desk: Agency, filed_at: datetime, filing: dict) -> list[ComponentFacts]:
    """Components by their codes; a paper that is none of ours is left to the desk, which asks for what is missing."""
    papers = filing.get("TaiLieuNop")
    if not isinstance(papers, list):
        return []
    named = {paper.get("MaThanhPhanHoSo") for paper in papers if isinstance(paper, dict)}
    counts_from = counts_as_received_at(filed_at, desk=desk, channel=Channel.ONLINE)
    version = version_in_force(procedure, timezone.localdate(counts_from))
    return [
        ComponentFacts(component.pk, provision=Provision.ELECTRONIC)
        for component in version.components.all()
        if component_code(procedure, component) in named
    ]
