"""The electronic civil status database, in the small: events of invented people, with their extracts.

Of the people of the demonstration everybody was born; who has an odd number is married, and who reported a death
finds it. Of everybody else it knows nothing. What results it takes can be found there too.
"""

from onestop.simulators.population import CROWD, PEOPLE
from onestop.simulators.result_taker import ResultTaker, extract_pdf, file_told

WARD = "UBND phường Ví Dụ, tỉnh Nghệ An"
TITLES = {"KS": "Trích lục khai sinh", "KH": "Trích lục kết hôn", "KT": "Trích lục khai tử", "HN": "Xác nhận"}
NAMED = ("nksHoTen", "chongHoTen", "voHoTen", "nktHoTen", "nxnHoTen")


class CivilStatus(ResultTaker):
    name = "civil_status"
    SEARCH, FETCH, RECEIPT = "/tra-cuu-ho-tich", "/lay-trich-luc", "HT"

    def records_of(self, question: dict) -> dict[str, dict]:
        number, book = question["SoDinhDanh"], question.get("loaiSo", "")
        known = [*_events(number), *self._registered(number)]
        return {one["maDinhDanhHoTich"]: one for one in known if book in {"", one["loaiSo"]}}

    def in_the_list(self, record: dict) -> dict:
        told = ("maDinhDanhHoTich", "loaiSo", "so", "quyenSo", "ngayDangKy", "noiDangKy", "MaGiayTo", *NAMED)
        return {name: record[name] for name in told if name in record}

    def file_of(self, record: dict) -> dict | None:
        # As in the real one: of old entries that were typed in later there is no extract, only data.
        if record["loaiSo"] == "HN":
            return None
        lines = tuple(f"{name}: {value}" for name, value in record.items())
        title = TITLES.get(record["loaiSo"], "Trích lục hộ tịch")
        return file_told(extract_pdf(title, lines), f"trich-luc-{record['so']}.pdf")

    def _registered(self, number: str) -> list[dict]:
        """Results that were handed in for this person, as events of their own."""
        return [
            {
                "maDinhDanhHoTich": code[:80],
                "loaiSo": one.get("loaiSo") or "KHAC",
                "so": one["SoKyHieu"],
                "quyenSo": "",
                "ngayDangKy": one["NgayCap"],
                "noiDangKy": WARD,
                "nguoiKy": one["NguoiKy"],
                "MaGiayTo": code[:80],
            }
            for code, one in self.results.items()
            if one["SoDinhDanh"] == number
        ]


def _events(number: str) -> list[dict]:
    if number in PEOPLE:
        name, born, _address = PEOPLE[number]
    elif number.startswith(CROWD):
        name, born = f"Nguyễn Ví Dụ Số {int(number[7:])}", "04/04/1994"
    else:
        return []
    tail = number[-6:]
    events = [
        {
            **_entry("KS", tail, 1, born),
            "nksHoTen": name,
            "nksNgaySinh": born,
            "nksNoiSinh": "Bệnh viện Ví Dụ, tỉnh Nghệ An",
            "meHoTen": "Phạm Thị Giả Định",
            "chaHoTen": "Nguyễn Văn Giả Định",
        },
        {
            **_entry("KT", tail, 3, "12/10/2026"),
            "nktHoTen": "Nguyễn Thị Cao Niên",
            "nktNgayChet": "10/10/2026",
        },
        {
            **_entry("HN", tail, 4, "05/05/2025"),
            "nxnHoTen": name,
            "nxnTinhTrangHonNhan": "Đã đăng ký kết hôn" if int(tail) % 2 else "Chưa đăng ký kết hôn với ai",
        },
    ]
    if int(tail) % 2:
        couple = {"chongHoTen": "Trần Văn Giả Định", "voHoTen": name}
        events.append({**_entry("KH", tail, 2, "20/11/2022"), **couple})
    return events


def _entry(book: str, tail: str, place: int, day: str) -> dict:
    number = f"{int(tail) % 300 + place}"
    return {
        "maDinhDanhHoTich": f"{book}-{day[-4:]}-{tail}",
        "loaiSo": book,
        "so": number,
        "quyenSo": f"{day[-4:]}-TP/{book}-01",
        "ngayDangKy": day,
        "noiDangKy": WARD,
        "nguoiKy": "Lê Văn Ví Dụ",
    }
