"""The messages of the variant of MOHA, made of those of the portal itself, so that both tell the same."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from cases.enums import DocumentSource, Provision
from cases.models import Document, Dossier, DossierComponent
from cases.portal.content import component_code
from cases.portal.statuses import PortalStatus
from cases.portal.wire import read
from cases.rules import is_unsigned_copy

# Only with these statuses fees and results are told.
WITH_FEES_AND_RESULTS = frozenset({PortalStatus.SUPPLEMENT, PortalStatus.PAYMENT, PortalStatus.FINISHED})
ORIGINAL, COPY, ELECTRONIC = "0", "1", "2"  # LoaiBan
FilesThere = Mapping[str, list[str]]  # by key of the document: IdTepTin, HashTepTin


def iso(written: str) -> str:
    """Fourteen digits of Việt Nam as ISO 8601 with milliseconds and offset; "" stays ""."""
    return read(written).isoformat(timespec="milliseconds") if written else ""


def told_files(dossier: Dossier, at: datetime, status: int, *, is_new: bool) -> list[Document]:
    """The files that a message names: those of components when the dossier is created, results with their status."""
    documents = [one for one in dossier.documents.all() if one.added_at <= at]
    found = [one for one in documents if one.component_id] if is_new else []
    if status in WITH_FEES_AND_RESULTS:
        results = (one for one in documents if one.source == DocumentSource.RESULT)
        found += [one for one in results if not is_unsigned_copy(one, dossier)]
    return found


def create_message(dossier: Dossier, told: Mapping, files: FilesThere, at: datetime) -> dict:
    """What `create` takes; `told` is the message for DongBoHoSoMC. Its two moments stay 14 digits."""
    code = dossier.version.procedure.code
    return {
        "MaHoSo": told["MaHoSo"],
        "MaTTHC": code,
        "MaDichVuCong": settings.PORTAL_SERVICE_CODES.get(code, code),
        "ChuHoSo": told["ChuHoSo"],
        "LoaiDoiTuong": told["LoaiDoiTuong"],
        "MaDonViTiepNhan": dossier.receiving_desk.identifier,
        "NgayNop": told["NgayNopHoSo"],
        "NgayTiepNhan": told["NgayTiepNhan"],
        "ThanhPhanHoSo": [
            _component(dossier, one, files, at)
            for one in dossier.components.all()
            if one.provision != Provision.NOT_NEEDED
        ],
        "ThongTinNguoiNop": {
            "LoaiDoiTuong": told["LoaiDoiTuong"],
            "ThongTinChiTiet": {
                "TenNguoiNop": told["ChuHoSo"],
                "SoDinhDanh": told["SoGiayToChuHoSo"],
                "NgaySinh": "",
                "SoDienThoai": told["SoDienThoai"],
                "Email": told["Email"],
                "MaTinh": "",
                "MaXa": "",
                "DiaChiChiTiet": dossier.applicant.address,
            },
        },
    }


def _component(dossier: Dossier, item: DossierComponent, files: FilesThere, at: datetime) -> dict:
    component = item.component
    papers = [one for one in dossier.documents.all() if one.component_id == item.pk and one.added_at <= at]
    return {
        "MaThanhPhanHoSo": component_code(dossier.version.procedure, component),
        "TenThanhPhanHoSo": component.name_vi,
        "SoLuong": "1",
        "LoaiBan": _kind_of_copy(item),
        "GiayToDinhKem": [_paper(one, files) for one in papers],
    }


def _kind_of_copy(item: DossierComponent) -> str:
    if item.provision in {Provision.ELECTRONIC, Provision.REUSED}:
        return ELECTRONIC
    return ORIGINAL if item.component.originals else COPY


def _paper(document: Document, files: FilesThere) -> dict:
    number, digest = files.get(str(document.pk), ("", ""))
    return {"IdGiayTo": number, "MaKetQua": "", "TenGiayTo": document.name, "HashTepTin": digest}


def status_message(told: Mapping, step: Mapping, files: FilesThere) -> dict:
    """What `status` takes but for the number of the dossier, which the portal may still have to give."""
    found = {
        "MaHoSo": told["MaHoSo"],
        "TrangThai": told["TrangThaiHoSo"],
        "NoiDungYKien": told["GhiChu"],
        "PhongBanXuLy": step["PhongBanXuLy"],
        "NoiDungXuLy": step["NoiDungXuLy"],
    }
    if int(told["TrangThaiHoSo"]) in WITH_FEES_AND_RESULTS:
        found["DanhSachLePhi"] = told["DanhSachLePhi"]
        found["DanhSachGiayToKetQua"] = [
            {**one, **_result_there(files.get(one["GiayToId"]))} for one in told["DanhSachGiayToKetQua"]
        ]
    return found


def _result_there(there: list[str] | None) -> dict:
    return {"IdTepTin": there[0], "HashTepTin": there[1]} if there else {}


def progress_message(step: Mapping) -> dict:
    """A step as in CapNhatTienDoHoSoMC, its moments in ISO 8601; without the number of the dossier."""
    moments = ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")
    return {**step, **{name: iso(step[name]) for name in moments}}
