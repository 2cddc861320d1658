"""Invented applicants: every name says that it is one, every number comes from a range that nobody has."""

from random import Random

from cases.enums import ApplicantKind, NoticeChannel
from cases.services.applicants import ApplicantFacts

FAMILIES = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Phan",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
)
MIDDLES = ("Văn", "Thị", "Thanh", "Thu", "Đức", "Ngọc", "Hữu", "Bích", "Quang", "Hồng")
GIVEN = ("Ví Dụ", "Minh Họa", "Thử Nghiệm", "Giả Định", "Làm Mẫu", "Tỉ Dụ", "Giả Sử", "Thí Điểm")
PLACES = ("phường Thành Vinh", "phường Trường Vinh", "phường Vinh Hưng", "phường Cửa Lò", "xã Kim Liên")
RETURNING = 0.15  # share of filings by somebody who was there before


class Crowd:
    """People who come to the desks, some of them more than once."""

    def __init__(self, rng: Random):
        self._rng = rng
        self._known: list[ApplicantFacts] = []

    def somebody(self, *, wants_notices: bool = False) -> ApplicantFacts:
        """The facts of an applicant; with notices, by one channel of theirs."""
        rng = self._rng
        if self._known and not wants_notices and rng.random() < RETURNING:
            return rng.choice(self._known)
        return self._new(is_organisation=rng.random() < 0.04, wants_notices=wants_notices)

    def citizen(self) -> ApplicantFacts:
        """Somebody who was never there before."""
        return self._new(is_organisation=False, wants_notices=False)

    def _new(self, *, is_organisation: bool, wants_notices: bool) -> ApplicantFacts:
        rng, number = self._rng, len(self._known) + 1
        person = ApplicantFacts(
            full_name=f"Hợp tác xã Ví Dụ số {number}" if is_organisation else self._name(),
            id_number=f"2900000{number:03d}" if is_organisation else f"0400000{number:05d}",
            phone=f"0900000{number % 1000:03d}",
            email=f"congdan{number}@vidu.example",
            address=f"Số {rng.randint(1, 200)} đường Ví Dụ, {rng.choice(PLACES)}, tỉnh Nghệ An",
            kind=ApplicantKind.ORGANISATION if is_organisation else ApplicantKind.CITIZEN,
            notice_channels=[rng.choice(NoticeChannel.values)] if wants_notices else [],
        )
        self._known.append(person)
        return person

    def _name(self) -> str:
        return " ".join(self._rng.choice(part) for part in (FAMILIES, MIDDLES, GIVEN))
