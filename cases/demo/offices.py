"""The offices of the demonstration: their accounts, and tariffs that no People's Council ever voted."""

import os
from dataclasses import dataclass, replace
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db.models import Case, Value, When
from django.db.models.functions import Concat
from django.utils.functional import cached_property

from procedures.calendars import calendar_for
from procedures.enums import FeeRule, Role, VersionStatus
from procedures.models import (
    Agency,
    ElectronicSource,
    FeeLine,
    FeeTariff,
    ProcedureVersion,
    Staff,
    Substitute,
)
from procedures.working_time import WorkCalendar

# For demonstrations only: everybody can read it here. Set DEMO_PASSWORD for one of your own.
PUBLISHED_PASSWORD = "motcua-minhhoa-2026"

PROVINCE = "H41"
CENTRE = "H41.12"
# Identifier of each ward or commune with the name in its accounts; the first two have every role.
WARDS = {"H41.101": "thanhvinh", "H41.102": "truongvinh", "H41.103": "vinhhung", "H41.106": "kimlien"}
FULLY_STAFFED = 2

TARIFFS = {"hộ tịch": 8_000, "tình trạng hôn nhân": 15_000, "xây dựng": 50_000}
OTHER_TARIFF = 10_000
CONNECTED = "CSDL quốc gia về dân cư"  # the one database that the demonstration is connected with
PAPER_FREE = "2.000720"  # change of a household business
PAPER_FREE_NOTE = "Ngày không tiếp nhận hồ sơ giấy là cài đặt minh họa của bản dùng thử, không phải quy định"
TARIFFS_FROM = date(2018, 6, 21)
TARIFF_REFERENCE = "Số liệu minh họa, không phải nghị quyết của HĐND tỉnh"


@dataclass(frozen=True)
class Office:
    """A reception desk with its people; only a ward or commune has officers and a head who decides."""

    agency: Agency
    clerk: Staff
    officers: tuple[Staff, ...] = ()
    post: Staff | None = None  # the post's own clerk at this desk
    supervisor: Staff | None = None
    head: Staff | None = None

    @cached_property
    def calendar(self) -> WorkCalendar:
        return calendar_for(self.agency)


@dataclass(frozen=True)
class Secondment:
    """Who works at which other office for a time; the services record it on the moving clock."""

    staff: Staff
    host: Agency


class Accounts:
    """Makes the accounts, all with one password, and lists them for whoever runs the demonstration."""

    def __init__(self):
        self.password = os.environ.get("DEMO_PASSWORD") or PUBLISHED_PASSWORD
        self.made: list[Staff] = []

    @cached_property
    def _encoded(self) -> str:
        """Hashed once for all of them: hashing is slow on purpose."""
        return make_password(self.password)

    def add(self, username: str, full_name: str, agency: Agency, role: Role, title: str, **more) -> Staff:
        person, is_new = Staff.objects.get_or_create(
            username=username,
            defaults={
                "full_name": full_name,
                "agency": agency,
                "role": role,
                "title": title,
                "email": f"{username}@nghean.example",
                "is_staff": role != Role.INTEGRATION,
                "password": self._encoded,
                **more,
            },
        )
        if is_new:
            self.made.append(person)
        return person


def open_offices(accounts: Accounts) -> tuple[Office, list[Office]]:
    """The provincial centre and the wards with their people; the province's supervisor, auditor and administrators."""
    agencies = {agency.identifier: agency for agency in Agency.objects.all()}
    province, centre = agencies[PROVINCE], agencies[CENTRE]
    # No bank has this code: the transfer code is seen on every page, and nobody can pay by mistake.
    province.bank_bin, province.bank_account = "999999", "0000000000"
    province.bank_account_name = "TAI KHOAN MINH HOA"
    province.save(update_fields=["bank_bin", "bank_account", "bank_account_name"])
    accounts.add(
        "quantri", "Nguyễn Văn Quản Trị", province, Role.SYSTEM_ADMIN, "Quản trị hệ thống", is_superuser=True
    )
    accounts.add("thanhtra.tinh", "Bùi Thị Thanh Tra", province, Role.AUDITOR, "Thanh tra viên")
    accounts.add(
        "giamsat.tinh", "Lâm Thị Giám Sát", province, Role.SUPERVISOR, "Phó Chánh Văn phòng UBND tỉnh"
    )
    accounts.add("tichhop.tinh", "Tài khoản tích hợp", province, Role.INTEGRATION, "")
    wards = [
        _open_ward(accounts, agencies[identifier], short, fully_staffed=place < FULLY_STAFFED)
        for place, (identifier, short) in enumerate(WARDS.items())
    ]
    clerks = (
        accounts.add("motcua.trungtam", "Hồ Thị Một Cửa", centre, Role.CLERK, "Cán bộ Một cửa"),
        accounts.add("motcua2.trungtam", "Ngô Văn Một Cửa", centre, Role.CLERK, "Cán bộ Một cửa"),
    )
    _stand_in_for_each_other(*clerks)
    desk = Office(
        agency=centre,
        clerk=clerks[0],
        supervisor=accounts.add(
            "giamsat.trungtam", "Phan Văn Giám Sát", centre, Role.SUPERVISOR, "Phó Giám đốc"
        ),
    )
    accounts.add(
        "lanhdao.trungtam", centre.head_name, centre, Role.SUPERVISOR, centre.head_title, is_head=True
    )
    return desk, wards


def second(accounts: Accounts, home: Office, host: Office) -> tuple[Secondment, Office]:
    """An officer of the one ward who works at the other; and that office with one officer more."""
    person = accounts.add(
        "bietphai.truongvinh", "Phan Thị Biệt Phái", home.agency, Role.OFFICER, "Công chức chuyên môn"
    )
    Substitute.objects.get_or_create(staff=person, substitute=home.officers[0])
    return Secondment(person, host.agency), replace(host, officers=(*host.officers, person))


def _open_ward(accounts: Accounts, agency: Agency, short: str, *, fully_staffed: bool) -> Office:
    def person(post: str, name: str, role: Role, title: str, **more) -> Staff:
        return accounts.add(f"{post}.{short}", name, agency, role, title, **more)

    supervisor, post = None, None
    if fully_staffed:
        supervisor = person("giamsat", "Vũ Thị Giám Sát", Role.SUPERVISOR, "Phó Chủ tịch")
        person("quantri", "Đặng Văn Quản Trị", Role.AGENCY_ADMIN, "Quản trị đơn vị")
        person("thanhtra", "Dương Văn Kiểm Tra", Role.AUDITOR, "Thanh tra nhân dân")
        person("tichhop", "Tài khoản tích hợp", Role.INTEGRATION, "")
    clerk = person("motcua", "Lê Thị Một Cửa", Role.CLERK, "Cán bộ Một cửa", decides_at_counter=True)
    _stand_in_for_each_other(clerk, person("motcua2", "Trần Thị Tiếp Nhận", Role.CLERK, "Cán bộ Một cửa"))
    if fully_staffed:
        post = person("buudien", "Trịnh Thị Bưu Điện", Role.POSTAL_CLERK, "Nhân viên bưu điện")
        _stand_in_for_each_other(clerk, post)
    officers = (
        person("thuly", "Phạm Văn Thụ Lý", Role.OFFICER, "Công chức chuyên môn"),
        person("thuly2", "Đỗ Thị Thụ Lý", Role.OFFICER, "Công chức chuyên môn"),
    )
    _stand_in_for_each_other(*officers)
    return Office(
        agency=agency,
        clerk=clerk,
        officers=officers,
        post=post,
        supervisor=supervisor,
        head=person("lanhdao", agency.head_name, Role.SUPERVISOR, agency.head_title, is_head=True),
    )


def _stand_in_for_each_other(one: Staff, other: Staff) -> None:
    Substitute.objects.get_or_create(staff=one, substitute=other)
    Substitute.objects.get_or_create(staff=other, substitute=one)


def connect_database() -> None:
    """The population database is connected, so that its papers are reused and not asked for (R13)."""
    ElectronicSource.objects.filter(name__startswith=CONNECTED).update(is_connected=True)


def take_no_paper(since: date) -> None:
    """One procedure of the demonstration is filed online only. No published record names one, so it says so."""
    invented = f"{PAPER_FREE_NOTE} ({since:%d/%m/%Y})"
    ProcedureVersion.objects.in_force_on(since).filter(procedure__code=PAPER_FREE).update(
        paper_free_from=since,
        note=Concat("note", Case(When(note="", then=Value("")), default=Value("\n")), Value(invented)),
    )


def set_tariffs() -> int:
    """An amount for every fee that the province sets, plainly marked as an illustration; VND."""
    province = Agency.objects.get(identifier=PROVINCE)
    lines = FeeLine.objects.filter(
        rule=FeeRule.SET_BY_PROVINCE, version__status=VersionStatus.PUBLISHED
    ).select_related("version")
    for line in lines:
        FeeTariff.objects.get_or_create(
            agency=province,
            procedure_id=line.version.procedure_id,
            fee_name=line.name,
            in_force_from=TARIFFS_FROM,
            defaults={
                "amount": next(
                    (amount for word, amount in TARIFFS.items() if word in line.name), OTHER_TARIFF
                ),
                "legal_reference": TARIFF_REFERENCE,
            },
        )
    return len(lines)
