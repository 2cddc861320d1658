"""The personal data store: results of procedures, put there for their owner, each once by its result code.

`PUT ket-qua/<result code>` with the facts and the file in base64; the same code again is answered `01`, already
there, with the same receipt. Made after the public description of the store in Decree 42/2022 and Circular 01/2023:
what it holds is known, its interface is not published. See docs/integrations.md.
"""

import base64
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

from cases.connections.stores.facts import Result
from onestop.outside import Door, Garbled, Refused, shortened

SECONDS = 30  # for one result; nobody waits at a desk
TAKEN, THERE_ALREADY = "00", "01"


@dataclass(frozen=True, slots=True)
class PersonalStore:
    """Where it answers, and the key that it knows us by."""

    url: str
    key: str

    def put(self, result: Result) -> str:
        with self._door() as door:
            answer = door.ask("PUT", f"ket-qua/{quote(result.code, safe='')}", body=_body(result)).object()
        code, receipt = answer.get("MaKetQua"), answer.get("MaTiepNhan")
        if code not in {TAKEN, THERE_ALREADY}:
            if not isinstance(code, str):
                raise Garbled(_("The answer has no code."))
            said = shortened(answer.get("ThongDiep") or code)
            raise Refused(_("It refuses: %(why)s") % {"why": said}, code)
        if answer.get("MaGiayTo") != result.code or not isinstance(receipt, str) or not receipt:
            raise Garbled(_("The answer belongs to another question."))
        return receipt[:60]

    def sign_of_life(self) -> None:
        with self._door() as door:
            door.ask("GET", "trang-thai").object()

    def _door(self) -> Door:
        return Door(self.url, {"X-API-Key": self.key}, whole_seconds=SECONDS, refuses_by_status=False)


def _body(result: Result) -> dict[str, str]:
    return {
        "MaGiayTo": result.code,
        "SoDinhDanh": result.owner,
        "TenGiayTo": result.name,
        "MaThuTuc": result.procedure,
        "SoKyHieu": result.number,
        "NgayCap": f"{result.issued_on:%d/%m/%Y}" if result.issued_on else "",
        "NguoiKy": result.signer,
        "HieuLucDen": f"{result.valid_until:%d/%m/%Y}" if result.valid_until else "",
        "TenTep": result.file_name,
        "LoaiTep": result.mime_type,
        "SHA256": result.sha256,
        "NoiDung": base64.b64encode(result.content).decode(),
    }
