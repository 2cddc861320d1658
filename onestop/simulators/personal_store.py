"""The personal data store, in the small: what it took for somebody, it finds for them again."""

import base64

from onestop.simulators.result_taker import ResultTaker, file_told


class PersonalStore(ResultTaker):
    name = "personal_store"
    SEARCH, FETCH, RECEIPT = "/tim-giay-to", "/lay-giay-to", "KHO"

    def records_of(self, question: dict) -> dict[str, dict]:
        mine = {
            code: one for code, one in self.results.items() if one["SoDinhDanh"] == question["SoDinhDanh"]
        }
        return {code: {**one, "CoQuanCap": "Cơ quan giả lập"} for code, one in mine.items()}

    def in_the_list(self, record: dict) -> dict:
        return {name: value for name, value in record.items() if name != "NoiDung"}

    def file_of(self, record: dict) -> dict:
        return file_told(base64.b64decode(record["NoiDung"]), record["TenTep"])
