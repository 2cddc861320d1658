"""The two messages of the portal, composed of a dossier as it was at the moment of the message (R45–R47).

What happened later is left out: a message about the reception says nothing of the result, however late it is sent.
Numbers and flags travel as text, moments as 14 digits; "" stands for what there is not.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cases.enums import ApplicantKind, DocumentSource, Provision, ReturnChannel
from cases.limits import CannotCount
from cases.models import Dossier, DossierEvent, PortalDossier, PortalMessage
from cases.online_paid import PREFETCHED, online_payment_mark
from cases.portal.statuses import PortalStatus
from cases.portal.wire import check_due_date, written
from cases.rules import awaits_signature, is_unsigned_copy
from procedures.enums import Channel
from procedures.models import Component, Procedure

CHANNELS = {Channel.DESK: "1", Channel.ONLINE: "2", Channel.POST: "3"}
# Sent as it is, empty or not; everything else that is required has to say something.
MAY_BE_EMPTY = frozenset({"Email", "SoDienThoai", "NgayTiepNhan", "NgayHenTra"})
REQUIRED = (
    "MaHoSo",
    "MaTTHC",
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "LoaiDoiTuong",
    "Email",
    "SoDienThoai",
    "TrichYeuHoSo",
    "NgayTiepNhan",
    "NgayHenTra",
    "TrangThaiHoSo",
    "HinhThuc",
    "DonViXuLy",
)
STEP_REQUIRED = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "NoiDungXuLy", "TrangThai")


class HeldBack(CannotCount):
    """The message is not sent: something that the portal wants is not known here. The text says what."""


def with_all_that_is_told(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """The dossiers with what their messages are made of, in a fixed number of queries.

    What many of them share (version, agencies) is read once, not with each dossier.
    """
    return dossiers.select_related("applicant", "portal_filing").prefetch_related(
        "version__procedure",
        "receiving_desk",
        "competent_agency",
        "documents__component__component",
        "components__component",
        "fees__waivers",
        *PREFETCHED,
        "supplements__asked_by",
        "applicant__accounts",
    )


def dossier_message(
    dossier: Dossier, message: PortalMessage, row: PortalDossier, *, field_code: str, was_received: bool
) -> dict:
    """One dossier for DongBoHoSoMC. `field_code` is how the portal names the field; `was_received`: at `message.at`.

    Raises `HeldBack` and `DateRefused` (R47).
    """
    at, status, version = message.at, PortalStatus(message.status), dossier.version
    applicant = dossier.applicant
    documents = [one for one in dossier.documents.all() if one.added_at <= at]
    told = {
        "MaHoSo": row.code,
        "MaTTHC": version.procedure.code,
        "TenTTHC": version.name_vi,
        "MaLinhVuc": field_code,
        "TenLinhVuc": version.field_vi,
        "KenhThucHien": CHANNELS[Channel(dossier.channel)],
        "ChuHoSo": applicant.full_name,
        "SoGiayToChuHoSo": applicant.id_number,
        "LoaiDoiTuong": settings.PORTAL_APPLICANT_KINDS.get(applicant.kind, ""),
        "MaDoiTuong": "",
        "ThongTinKhac": "",
        "Email": applicant.email,
        "Fax": "",
        "SoDienThoai": applicant.phone,
        "TrichYeuHoSo": dossier.subject or version.name_vi,
        "NgayNopHoSo": _moment(dossier.filed_at, at),
        "NgayTiepNhan": written(dossier.clock_started_at) if was_received else "",
        "NgayHenTra": written(message.due_at) if message.due_at else "",
        "NgayTuChoi": _moment(dossier.ended_at, at) if status == PortalStatus.NOT_RECEIVED else "",
        "TrangThaiHoSo": str(status.value),
        "NgayTra": _moment(dossier.returned_at, at),
        "ThongTinTra": _how_returned(dossier),
        "HinhThuc": "1" if dossier.return_channel == ReturnChannel.POST else "0",
        "NgayKetThucXuLy": _moment(_ended(dossier), at),
        "DonViXuLy": dossier.competent_agency.name_vi,
        "GhiChu": _other_code(dossier, row),
        "NoiNopHoSo": settings.PORTAL_PLACES.get(
            "portal" if hasattr(dossier, "portal_filing") else "here", ""
        ),
        "HoSoCoThanhPhanSoHoa": _flag(_is_digitised(one) for one in documents),
        "TaiKhoanDuocXacThucVoiVNeID": _flag(
            account.applicant_id is not None for account in applicant.accounts.all()
        ),
        "DuocThanhToanTrucTuyen": str(online_payment_mark(dossier, at=at)),
        "DinhDanhCHS": _identification(dossier),
        "DSKetNoiCSDL": _databases(dossier),
        "TaiLieuNop": [_paper(dossier, one) for one in documents if one.component_id],
        "DanhSachLePhi": [_fee(fee) for fee in dossier.fees.all()] if was_received else [],
        "DanhSachTepDinhKemKhac": [
            {"TenGiayTo": one.name, "SoLuong": "1", "LoaiGiayTo": "2"}
            for one in documents
            if not one.component_id and one.source != DocumentSource.RESULT
        ],
        "DanhSachHoSoBoSung": _supplements(dossier, message),
        "DanhSachGiayToKetQua": [
            _result(dossier, one)
            for one in documents
            if one.source == DocumentSource.RESULT and not is_unsigned_copy(one, dossier)
        ],
    }
    if was_received:
        check_due_date(status, told["NgayHenTra"], decided_at_once=version.decided_at_once)
    return _complete(told, REQUIRED)


def step_message(
    dossier: Dossier, message: PortalMessage, row: PortalDossier, event: DossierEvent | None
) -> dict:
    """One step for CapNhatTienDoHoSoMC; its person and words are those of the event. Raises `HeldBack`."""
    actor = event.actor if event else None
    told = {
        "MaHoSo": row.code,
        "NguoiXuLy": (event.actor_label if event else "") or dossier.competent_agency.name_vi,
        "ChucDanh": actor.title if actor else "",
        "ThoiDiemXuLy": written(message.at),
        "PhongBanXuLy": actor.agency.name_vi if actor and actor.agency else dossier.competent_agency.name_vi,
        "NoiDungXuLy": _words(event, message),
        "TrangThai": str(message.status),
        "NgayBatDau": written(message.at),
        "NgayKetThucTheoQuyDinh": written(message.due_at) if message.due_at else "",
    }
    return _complete(told, STEP_REQUIRED)


def _complete(told: dict, required: Iterable[str]) -> dict:
    missing = [name for name in required if not told[name] and name not in MAY_BE_EMPTY]
    if missing:
        raise HeldBack(
            _("Not sent: the portal wants %(fields)s, and here there is none.")
            % {"fields": ", ".join(missing)}
        )
    return told


def _words(event: DossierEvent | None, message: PortalMessage) -> str:
    with translation.override("vi"):
        if event is None:
            return _("The status at the portal was brought up to date (%(status)s).") % {
                "status": message.status
            }
        return event.public_sentence


def _ended(dossier: Dossier) -> datetime | None:
    """When the work on it ended: not while its copy is still to be signed."""
    if dossier.finished_at and awaits_signature(dossier):
        return None
    return dossier.finished_at or dossier.ended_at


def _moment(moment: datetime | None, at: datetime) -> str:
    return written(moment) if moment and moment <= at else ""


def _flag(found: Iterable[bool]) -> str:
    return "1" if any(found) else "0"


def _is_digitised(document) -> bool:
    return document.source in {DocumentSource.SCAN, DocumentSource.REUSED}


def _how_returned(dossier: Dossier) -> str:
    with translation.override("vi"):
        return str(ReturnChannel(dossier.return_channel).label)


def _other_code(dossier: Dossier, row: PortalDossier) -> str:
    """Under what it lies here, when that is not how the portal knows it."""
    if not dossier.code or dossier.code == row.code:
        return ""
    with translation.override("vi"):
        return _("Code at the reception desk: %(code)s") % {"code": dossier.code}


def _identification(dossier: Dossier) -> list[dict]:
    number = dossier.applicant.id_number
    kind = "1" if dossier.applicant.kind == ApplicantKind.CITIZEN else "2"
    return [{"LoaiDinhDanh": kind, "SoDinhDanh": number}] if number else []


def _databases(dossier: Dossier) -> list[dict]:
    names = {
        item.component.electronic_source
        for item in dossier.components.all()
        if item.provision == Provision.REUSED and item.component.electronic_source
    }
    return [{"MaCSDL": name} for name in sorted(names)]


def _paper(dossier: Dossier, document) -> dict:
    return {
        "TepDinhKemId": str(document.pk),
        "TenTepDinhKem": document.name,
        "IsDeleted": "False",
        "MaThanhPhanHoSo": component_code(dossier.version.procedure, document.component.component),
        "DuongDanTaiTepTin": _link(dossier, document),
        "DuocSoHoa": _flag([document.source == DocumentSource.SCAN]),
        "DuocTaiSuDung": _flag([document.source == DocumentSource.REUSED]),
        "DuocLayTuKhoDMQG": "0",
        "MaKetQuaThayThe": "",
    }


def component_code(procedure: Procedure, component: Component) -> str:
    """By what the portal knows a component: code of the procedure and its place on the published list."""
    return f"{procedure.code}-{component.position + 1:02d}"


def _link(dossier: Dossier, document) -> str:
    """Where a system with a token fetches the file; empty unless the portal has one (`PORTAL_FILE_LINKS`)."""
    if not settings.PORTAL_FILE_LINKS:
        return ""
    return settings.PUBLIC_URL + reverse("api:document", args=[dossier.uuid, document.pk])


def _fee(fee) -> dict:
    return {
        "TenPhiLePhi": fee.name,
        "MaPhiLePhi": str(fee.fee_line_id),
        "HinhThucThu": "1",
        "Gia": str(fee.left),
        "LoaiPhiLePhi": "1",
    }


def _supplements(dossier: Dossier, message: PortalMessage) -> list[dict]:
    at = message.at
    asked = sorted((one for one in dossier.supplements.all() if one.asked_at <= at), key=lambda one: one.pk)
    return [
        {
            "HoSoBoSungId": str(number),
            "NguoiYeuCauBoSung": str(one.asked_by) if one.asked_by else "",
            "NoiDungBoSung": "; ".join([one.reason, *one.items]),
            "NgayBoSung": written(one.asked_at),
            "NguoiTiepNhanBoSung": "",
            "ThongTinTiepNhan": "",
            "NgayTiepNhanBoSung": _moment(one.answered_at, at),
            "TrangThaiBoSung": bool(one.answered_at and one.answered_at <= at),
            "DanhSachGiayToBoSung": [
                {"TenGiayTo": item, "SoLuong": "1", "LoaiGiayTo": "0"} for item in one.items
            ],
            "DanhSachLePhiBoSung": [],
            "NgayHenTraTruoc": written(one.due_at) if one.due_at else "",
            "NgayHenTraMoi": _new_due_date(one, message),
        }
        for number, one in enumerate(asked, start=1)
    ]


def _new_due_date(supplement, message: PortalMessage) -> str:
    is_answered = supplement.answered_at and supplement.answered_at <= message.at
    return written(message.due_at) if is_answered and message.due_at else ""


def _result(dossier: Dossier, document) -> dict:
    return {
        "TenGiayTo": dossier.version.result_name_vi or document.name,
        "MaThanhPhanHoSo": "",
        "GiayToId": str(document.pk),
        "DuongDanTepTinKetQua": _link(dossier, document),
        "MaGiayToKetQua": settings.RESULT_CODE_PATTERN.format(
            issuer=dossier.competent_agency.identifier,
            procedure=dossier.version.procedure.code,
            dossier=dossier.code,
        ),
    }
