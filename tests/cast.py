"""The same small world in every test: one province, two wards, their people, two procedures.

Everybody in it is invented. The clock stands at Monday 09/11/2026 09:00 in Việt Nam unless a test
moves it; the calendar has the days off of 2026 that the tests meet.
"""

import io
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from itertools import count

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from cases import services
from cases.enums import Provision, State
from cases.models import Dossier
from cases.regime import needs_scan
from cases.services.applicants import ApplicantFacts
from cases.services.checklist import ComponentFacts
from procedures.calendars import remembered_calendars
from procedures.enums import AgencyKind, DayKind, FeeKind, FeeRule, Level, LimitUnit, Role, VersionStatus
from procedures.models import (
    Agency,
    CalendarDay,
    Component,
    FeeLine,
    Procedure,
    ProcedureStep,
    ProcedureVersion,
    Staff,
    TimeLimit,
)
from procedures.working_time import TZ
from tests.kept_world import built_once

MONDAY = "2026-11-09 09:00"
PASSWORD = "mat-khau-thu-nghiem"


def local(text: str) -> datetime:
    """`2026-11-09 09:00` on the clock of Việt Nam."""
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


_numbers = count(1)


@cache
def pdf(pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=200, height=200)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def upload(name: str = "giay-to.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    """A file as a browser sends it; without `content` a PDF unlike any other."""
    return SimpleUploadedFile(name, pdf() + b"%% %d\n" % next(_numbers) if content is None else content)


class Clock:
    """The frozen clock of a test."""

    def __init__(self, traveller):
        self._traveller = traveller

    def move_to(self, text: str) -> datetime:
        moment = local(text)
        self._traveller.move_to(moment)
        return moment


@pytest.fixture
def clock():
    with time_machine.travel(local(MONDAY), tick=False) as traveller:
        yield Clock(traveller)


DAYS_OFF = {
    date(2026, 11, 24): (
        DayKind.CULTURE_DAY,
        "Ngày Văn hóa Việt Nam",
        "Vietnam Culture Day",
        "culture-day-2026",
    ),
    date(2026, 9, 1): (
        DayKind.NATIONAL_DAY_ADJACENT,
        "Quốc khánh (ngày liền kề)",
        "National Day, adjacent day",
        "",
    ),
    date(2026, 9, 2): (DayKind.NATIONAL_DAY, "Quốc khánh 2/9", "National Day", ""),
    date(2027, 1, 1): (DayKind.NEW_YEAR, "Tết Dương lịch", "New Year's Day", ""),
}


def make_procedure(
    code: str,
    name_vi: str,
    *,
    amount: int = 3,
    unit: str = LimitUnit.WORKING_DAY,
    fee: int = 0,
    level: str = Level.COMMUNE,
    in_force_from: date = date(2018, 6, 21),
    in_force_to: date | None = None,
    status: str = VersionStatus.PUBLISHED,
) -> Procedure:
    """A procedure with one version, two mandatory components, four steps, and a fee when it has one."""
    procedure = Procedure.objects.create(code=code)
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        status=status,
        in_force_from=in_force_from,
        in_force_to=in_force_to,
        name_vi=name_vi,
        name_en=f"{name_vi} (EN)",
        field_vi="Hộ tịch",
        level=level,
        deciding_agency_vi="Ủy ban nhân dân cấp xã",
        subjects=["citizen"],
        channels=["desk", "post", "online"],
        result_name_vi="Giấy chứng nhận",
    )
    TimeLimit.objects.create(version=version, label=f"{amount} ngày làm việc", amount=amount, unit=unit)
    Component.objects.create(version=version, position=0, name_vi="Tờ khai", name_en="Application form")
    Component.objects.create(
        version=version,
        position=1,
        name_vi="Giấy tờ tùy thân",
        name_en="Identity paper",
        shown_only=True,
        electronic_source="National Population Database",
    )
    Component.objects.create(
        version=version,
        position=2,
        name_vi="Văn bản ủy quyền",
        name_en="Authorisation",
        required_when="someone else files",
    )
    if fee:
        FeeLine.objects.create(
            version=version, name="Lệ phí", kind=FeeKind.CHARGE, rule=FeeRule.FIXED, amount=fee
        )
    for position, (name, role, hours) in enumerate(
        [
            ("Tiếp nhận", Role.CLERK, 4),
            ("Thẩm định", Role.OFFICER, 12),
            ("Ký duyệt", Role.SUPERVISOR, 4),
            ("Trả kết quả", Role.CLERK, 4),
        ]
    ):
        ProcedureStep.objects.create(
            version=version,
            position=position,
            name_vi=name,
            role=role,
            amount=hours,
            unit=LimitUnit.WORKING_HOUR,
        )
    return procedure


@dataclass
class World:
    """Agencies, people and procedures, and short ways to bring a dossier somewhere."""

    province: Agency
    centre: Agency
    ward: Agency
    other_ward: Agency
    clerk: Staff
    officer: Staff
    second_officer: Staff
    supervisor: Staff
    head: Staff
    auditor: Staff
    centre_clerk: Staff
    outsider_clerk: Staff
    outsider_officer: Staff
    outsider_head: Staff
    free: Procedure
    paid: Procedure
    applicant: ApplicantFacts = field(
        default_factory=lambda: ApplicantFacts(
            full_name="Nguyễn Thị Ví Dụ",
            id_number="040000000001",
            phone="0900000001",
            email="vi.du@congdan.example",
            address="Xóm Thử Nghiệm, Nghệ An",
            notice_channels=["email", "sms"],
        )
    )

    def components(self, procedure: Procedure) -> list[ComponentFacts]:
        """The form on paper and the identity paper shown."""
        form, identity, _authorisation = procedure.versions.latest("number").components.order_by("position")[
            :3
        ]
        return [ComponentFacts(form.pk), ComponentFacts(identity.pk, provision=Provision.SHOWN)]

    def receive(self, procedure: Procedure | None = None, **changes) -> Dossier:
        procedure = procedure or self.free
        arguments = {
            "desk": self.ward,
            "by": self.clerk,
            "components": self.components(procedure),
            "duplicate_known": True,  # the same person comes back in many tests
            **changes,
        }
        return services.receive(procedure, arguments.pop("applicant", self.applicant), **arguments)

    def submit(self, procedure: Procedure | None = None, **changes) -> Dossier:
        procedure = procedure or self.free
        arguments = {"desk": self.ward, "components": self.components(procedure), **changes}
        return services.submit(procedure, arguments.pop("applicant", self.applicant), **arguments)

    def scan(self, dossier: Dossier) -> None:
        """A scan for every paper that needs one."""
        for item in dossier.components.all():
            for _ in range(item.originals if needs_scan(dossier, item.provision) else 0):
                services.add_document(dossier, upload(), by=self.clerk, component=item)

    def digitized(self, procedure: Procedure | None = None, **changes) -> Dossier:
        dossier = self.receive(procedure, **changes)
        self.scan(dossier)
        return services.digitize(dossier, by=self.clerk)

    def processing(self, procedure: Procedure | None = None, **changes) -> Dossier:
        return services.start(self.digitized(procedure, **changes), by=self.officer)

    def supplement(self, procedure: Procedure | None = None, **changes) -> Dossier:
        dossier = self.processing(procedure, **changes)
        services.request_supplement(
            dossier, by=self.officer, reason="Thiếu chữ ký", items=["Tờ khai có chữ ký"]
        )
        return Dossier.objects.get(pk=dossier.pk)

    def with_result(self, procedure: Procedure | None = None, **changes) -> Dossier:
        return self.record_result(self.processing(procedure, **changes))

    def record_result(self, dossier: Dossier, **changes) -> Dossier:
        arguments = {"by": self.officer, "number": "12/KQ", "signer": "Trần Văn Lãnh Đạo", **changes}
        return services.record_result(dossier, upload("ket-qua.pdf"), **arguments)

    def returned(self, procedure: Procedure | None = None) -> Dossier:
        return services.return_result(
            self.with_result(procedure), by=self.clerk, collector=self.applicant.full_name, proof="receipt"
        )

    @remembered_calendars()
    def in_state(self, state: str) -> Dossier:
        """A free dossier in that state, brought there by the services."""
        if state == State.SUBMITTED:
            return self.submit()
        if state == State.REFUSED:
            return services.refuse(self.submit(), by=self.clerk, reason="Không thuộc thẩm quyền")
        if state == State.STOPPED:
            return services.withdraw(self.receive(), by=self.clerk, reason="Người nộp đổi ý")
        ways = {
            State.RECEIVED: self.receive,
            State.DIGITIZED: self.digitized,
            State.PROCESSING: self.processing,
            State.SUPPLEMENT: self.supplement,
            State.PAID: self.with_result,
            State.RETURNED: self.returned,
        }
        return Dossier.objects.get(pk=ways[state]().pk)


def build_world() -> World:
    """Make the world in the database; the clock must be frozen already."""
    for day, (kind, name_vi, name_en, key) in DAYS_OFF.items():
        CalendarDay.objects.create(date=day, kind=kind, name_vi=name_vi, name_en=name_en, key=key)
    province = Agency.objects.create(
        identifier="H41", name_vi="UBND tỉnh Nghệ An", kind=AgencyKind.PROVINCE, place="Nghệ An"
    )
    centre = Agency.objects.create(
        identifier="H41.12",
        name_vi="Trung tâm Phục vụ hành chính công tỉnh",
        kind=AgencyKind.CENTRE,
        parent=province,
        is_reception_desk=True,
    )

    def ward(identifier: str, name: str) -> Agency:
        return Agency.objects.create(
            identifier=identifier,
            name_vi=name,
            kind=AgencyKind.COMMUNE,
            parent=province,
            is_reception_desk=True,
            letterhead_name=name.upper(),
            head_title="CHỦ TỊCH",
            head_name="Trần Văn Lãnh Đạo",
        )

    first, second = ward("H41.101", "UBND phường Thử Nghiệm"), ward("H41.102", "UBND xã Ví Dụ")

    def person(username: str, name: str, agency: Agency, role: str, *, is_head: bool = False) -> Staff:
        someone = Staff(
            username=username,
            full_name=name,
            agency=agency,
            role=role,
            is_head=is_head,
            is_staff=True,
            email=f"{username}@nghean.example",
        )
        someone.set_password(PASSWORD)
        someone.save()
        return someone

    return World(
        province=province,
        centre=centre,
        ward=first,
        other_ward=second,
        clerk=person("mot-cua", "Lê Thị Một Cửa", first, Role.CLERK),
        officer=person("thu-ly", "Phạm Văn Thụ Lý", first, Role.OFFICER),
        second_officer=person("thu-ly-2", "Đỗ Thị Thụ Lý Hai", first, Role.OFFICER),
        supervisor=person("giam-sat", "Vũ Thị Giám Sát", first, Role.SUPERVISOR),
        head=person("chu-tich", "Trần Văn Lãnh Đạo", first, Role.SUPERVISOR, is_head=True),
        auditor=person("thanh-tra", "Bùi Văn Thanh Tra", province, Role.AUDITOR),
        centre_clerk=person("mot-cua-tinh", "Hồ Thị Trung Tâm", centre, Role.CLERK),
        outsider_clerk=person("nguoi-ngoai", "Ngô Văn Người Ngoài", second, Role.CLERK),
        outsider_officer=person("nguoi-ngoai-2", "Ngô Thị Ngoài Cuộc", second, Role.OFFICER),
        outsider_head=person("nguoi-ngoai-3", "Ngô Văn Trưởng", second, Role.SUPERVISOR, is_head=True),
        free=make_procedure("1.000001", "Thủ tục không thu phí"),
        paid=make_procedure("1.000002", "Thủ tục có lệ phí", fee=15000),
    )


@pytest.fixture
def world(db, clock) -> World:
    return built_once(build_world)


@pytest.fixture(autouse=True)
def cheap_passwords(settings):
    """Hashing a password costs a tenth of a second on purpose; tests make many people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def at(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour, minute), tzinfo=TZ)
