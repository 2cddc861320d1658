"""A conversation with the portal: log in, tell dossiers and steps, ask what it knows. No database.

Everything goes by POST as JSON in UTF-8. Success is told by a code that is compared as a number: 0, "0" and "00"
are all it. What other codes mean is not documented: they refuse the message, with the portal's own words. Nothing
else refuses one: HTTP 404, or 400 without such a code, comes from a wrong address or from something on the way.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from onestop.outside import SPOKEN, Door, Garbled, NotLetIn, Refused, shortened

DOSSIERS, STEPS = "DongBoHoSoMC", "CapNhatTienDoHoSoMC"
LOOK_UP, PROCEDURE = "TraCuuHoSo", "LayThuTuc"
FETCH_SECONDS = 120  # for one file from its first byte to its last
# Words by which systems say that a session is over; whole codes for it are configured. A guess: right after a new
# login it is none any more.
_ABOUT_THE_SESSION = ("session", "phiên làm việc", "token")


@dataclass(frozen=True, slots=True)
class Access:
    """Where the portal answers and as whom we ask; empty services are not offered there."""

    url: str
    login_url: str
    username: str
    password: str = field(repr=False)
    unit: str  # madonvi
    read_seconds: float = 60.0
    whole_seconds: float | None = None  # for everything that is asked together, where somebody waits
    session_codes: tuple[str, ...] = ()
    filings_service: str = ""
    filings_taken_service: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the portal says of a dossier: its status, and its due date as 14 digits; None and "" when it says none."""

    status: int | None
    due: str


@dataclass(frozen=True, slots=True)
class ProcedureThere:
    """How the portal names a procedure and its field."""

    name: str
    field_code: str
    field_name: str


class Portal:
    """One session, opened when it is needed; a context manager."""

    def __init__(self, access: Access):
        self.access = access
        self.session = ""
        self._doors = ExitStack()
        options = {"read_seconds": access.read_seconds, "whole_seconds": access.whole_seconds}
        self._door = self._doors.enter_context(
            Door(access.url, refuses_by_status=False, spoken=SPOKEN, **options)
        )
        self._login_door = self._doors.enter_context(Door(access.login_url or access.url, **options))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._doors.close()

    def sign_in(self) -> None:
        """A new session. Raises `NotLetIn` and what a call raises."""
        asked = {"username": self.access.username, "password": self.access.password}
        try:
            answer = self._login_door.ask("POST", body=asked).object()
        except Refused as error:  # whatever status says it: no dossier was refused
            raise NotLetIn(str(error), error.code) from error
        session = answer.get("session")
        if not is_success(answer.get("error_code")) or not isinstance(session, str) or not session:
            raise NotLetIn(
                _("The portal does not sign us in (code %(code)s): %(words)s")
                % {"code": code_of(answer) or "–", "words": words_of(answer)},
                code_of(answer),
            )
        self.session = session

    def send_dossiers(self, dossiers: list[Mapping], *, is_updating: bool) -> None:
        """Tell how these dossiers stand; all of them new to the portal, or none. Raises `Refused`, `OutsideError`."""
        self._tell(DOSSIERS, dossiers, isUpdating=str(is_updating))

    def send_steps(self, steps: list[Mapping]) -> None:
        """Tell steps that were done. Raises `Refused`, `OutsideError`."""
        self._tell(STEPS, steps)

    def look_up(self, code: str) -> Known | None:
        """What the portal has of this dossier; None: nothing. Raises `OutsideError`."""
        found = self._list_of(self._call(LOOK_UP, mahoso=code))
        if not found:
            return None
        same = [one for one in found if one.get("MaHoSo") == code]
        if not same:
            raise Garbled(_("The portal answered about another dossier."))
        status, due = same[0].get("TrangThaiHoSo"), same[0].get("NgayHenTra")
        return Known(_number(status), due if isinstance(due, str) else "")

    def procedure(self, code: str) -> ProcedureThere | None:
        """How the portal names a procedure; None: it knows none of this code. Raises `OutsideError`."""
        found = self._list_of(self._call(PROCEDURE, maTTHC=code))
        if not found:
            return None
        try:
            first_field = found[0]["LINHVUCTHUCHIEN"][0]
            there = (found[0]["TENTTHC"], first_field["MALINHVUC"], first_field["TENLINHVUC"])
        except (KeyError, IndexError, TypeError) as error:
            raise Garbled(_("The portal names the procedure without its field.")) from error
        return ProcedureThere(*(str(part) for part in there))

    def filings(self) -> list[Mapping]:
        """What was filed at the portal for us and not confirmed yet. Raises `OutsideError`."""
        return self._list_of(self._call(self.access.filings_service))

    def fetch(self, address: str, *, longest: int) -> bytes:
        """A file of a filing, at most so many bytes. Only of the portal's own host: our session goes along.

        Raises `Refused` for an address elsewhere, and what a call raises.
        """
        if urlsplit(address)[:2] != urlsplit(self.access.url)[:2]:
            raise Refused(_("The file does not lie at the portal; it is not fetched from elsewhere."))
        if not self.session:
            self.sign_in()
        try:
            return self._fetched(address, longest)
        except NotLetIn:
            self.sign_in()
        return self._fetched(address, longest)

    def _fetched(self, address: str, longest: int) -> bytes:
        options = {
            "read_seconds": self.access.read_seconds,
            "whole_seconds": FETCH_SECONDS,
            "longest_answer": longest,
        }
        headers = {"Accept": "*/*", "Authorization": f"Bearer {self.session}"}
        with Door(address, **options) as door:
            return door.ask("GET", headers=headers).content

    def confirm_filings(self, codes: list[str]) -> None:
        """These were taken over: the portal need not hand them out again. Raises `OutsideError`."""
        self._tell(self.access.filings_taken_service, [{"MaHoSo": code} for code in codes])

    def _tell(self, service: str, data: list[Mapping], **more: Any) -> None:
        answer = self._call(service, data=data, **more)
        if "error_code" not in answer:
            raise Garbled(_("The answer of the portal has no code."))

    def _list_of(self, answer: dict) -> list[dict]:
        found = answer.get("result", [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise Garbled(_("The answer of the portal is no list."))
        return found

    def _call(self, service: str, **asked: Any) -> dict:
        """Ask; when the session is over, log in once more and ask once more."""
        is_new = not self.session
        if is_new:
            self.sign_in()
        try:
            return self._ask(service, asked, is_fresh=is_new)
        except NotLetIn:
            self.session = ""
            if is_new:
                raise
        self.sign_in()
        return self._ask(service, asked, is_fresh=True)

    def _ask(self, service: str, asked: dict, *, is_fresh: bool) -> dict:
        body = {"session": self.session, "madonvi": self.access.unit, "service": service, **asked}
        came = self._door.ask("POST", body=body)
        answer = came.said("error_code")
        if came.is_good and ("error_code" not in answer or is_success(answer["error_code"])):
            return answer
        code, words = code_of(answer), words_of(answer)
        refusal = _("Code %(code)s: %(words)s") % {"code": code or "–", "words": words}
        sounds_over = any(word in words.lower() for word in _ABOUT_THE_SESSION)
        if code in self.access.session_codes or (sounds_over and not is_fresh):
            raise NotLetIn(refusal, code)
        raise Refused(refusal, code)


def is_success(code: object) -> bool:
    """0, "0" and "00" are one code; text that is no number, and nothing at all, is none of success."""
    return _number(code) == 0


def code_of(answer: Mapping) -> str:
    return shortened(answer.get("error_code", ""))[:20]


def words_of(answer: Mapping) -> str:
    return shortened(answer.get("message") or _("no reason given"))


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None
