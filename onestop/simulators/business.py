"""The national business registration database, in the small: invented enterprises and household businesses.

Enterprises by their code; of the people of the demonstration everybody has a household business under their ID
number. What results it takes changes what it says of that household business.
"""

from onestop.simulators.population import CROWD, PEOPLE
from onestop.simulators.result_taker import ResultTaker

OFFICE = "Phòng Đăng ký kinh doanh giả lập, tỉnh Nghệ An"
ENTERPRISES = {
    "2900000001": (
        "Công ty TNHH Ví Dụ Một",
        "Công ty trách nhiệm hữu hạn một thành viên",
        "Nguyễn Thị Ví Dụ",
    ),
    "2900000002": ("Công ty cổ phần Thử Nghiệm Hai", "Công ty cổ phần", "Trần Văn Thử"),
}
# As the crowd at the desks has them: 2900… is the province.
CROWD_OF_ENTERPRISES = "29000"


class BusinessRegistration(ResultTaker):
    name = "business"
    SEARCH, FETCH, RECEIPT = "/tim-doanh-nghiep", "/chi-tiet-doanh-nghiep", "DKKD"

    def records_of(self, question: dict) -> dict[str, dict]:
        number = question["msdn"].replace("-", "")
        found = _enterprise(number) or _household(number)
        if found is None:
            return {}
        for code, one in self.results.items():
            if one.get("msdn") == number:
                found["MainInformation"]["MaGiayTo"] = code
        return {number: found}

    def in_the_list(self, record: dict) -> dict:
        return {"MainInformation": record["MainInformation"]}


def _enterprise(number: str) -> dict | None:
    if number in ENTERPRISES:
        name, kind, head = ENTERPRISES[number]
    elif len(number) == 10 and number.startswith(CROWD_OF_ENTERPRISES):
        name, kind, head = f"Công ty TNHH Ví Dụ Số {int(number[5:])}", "Công ty TNHH", "Lê Thị Giả Định"
    else:
        return None
    return _whole(number, name, kind, head)


def _household(number: str) -> dict | None:
    if number in PEOPLE:
        head = PEOPLE[number][0]
    elif number.startswith(CROWD) and len(number) == 12:
        head = f"Nguyễn Ví Dụ Số {int(number[7:])}"
    else:
        return None
    return _whole(number, f"Hộ kinh doanh {head}", "Hộ kinh doanh", head)


def _whole(number: str, name: str, kind: str, head: str) -> dict:
    return {
        "MainInformation": {
            "ENTERPRISE_GDT_CODE": number,
            "NAME": name,
            "ENTERPRISE_TYPE_NAME": kind,
            "ENTERPRISE_STATUS_NAME": "Đang hoạt động",
            "FOUNDING_DATE": "2024-03-15T00:00:00",
            "SITE_NAME": OFFICE,
        },
        "HOAdress": {"AddressFullText": "Số 1 đường Ví Dụ, tỉnh Nghệ An"},
        "Representatives": [{"FULL_NAME": head}],
    }
