"""The variant of the Ministry of Home Affairs: token, next code, upload, create, progress, status. No database.

Answers are `{code, message, data}`. Nothing can be asked there about a dossier, so what may have been created is
created again under the code that was given out for it: the other side says that it is there, and its number.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.translation import gettext as _

from onestop.outside import SPOKEN, Answer, Door, Garbled, NotLetIn, Refused, shortened

PATHS = {
    "code": "CapMaHoSo",
    "upload": "TaiTepTin",
    "create": "TaoHoSo",
    "progress": "CapNhatTienTrinh",
    "status": "CapNhatTrangThai",
}
SUCCESS = frozenset({0, 1, 200})
LONGEST = 60  # characters of a code or number that is kept
_AHEAD = 30  # seconds before its end a token is renewed


@dataclass(frozen=True, slots=True)
class MohaAccess:
    """Where the variant answers and as whom we ask; `paths` are those that differ from `PATHS`."""

    url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    read_seconds: float = 60.0
    whole_seconds: float | None = None
    session_codes: tuple[str, ...] = ()
    exists_codes: tuple[str, ...] = ()
    paths: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileThere:
    """How the other side names a file that it was given."""

    number: str  # IdTepTin
    digest: str  # HashTepTin


class MohaPortal:
    """One token, renewed when it runs out; a context manager."""

    def __init__(self, access: MohaAccess):
        self.access = access
        seconds = {"read_seconds": access.read_seconds, "whole_seconds": access.whole_seconds}
        self._door = Door(access.url, **seconds, refuses_by_status=False, spoken=SPOKEN)
        self._token_door = Door(access.token_url or access.url, **seconds)
        self._token, self._ends_at = "", 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._door.__exit__()
        self._token_door.__exit__()

    def sign_in(self) -> None:
        """A new token. Raises `NotLetIn` and what a call raises."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": self.access.client_id,
            "client_secret": self.access.client_secret,
        }
        try:
            answer = self._token_door.ask("POST", data=asked).object()
        except Refused as error:  # a wrong secret is HTTP 400 with OAuth; no dossier was refused by it
            raise NotLetIn(str(error), error.code) from error
        told = answer.get("data") if isinstance(answer.get("data"), dict) else answer
        token, seconds = told.get("access_token"), told.get("expires_in")
        if not isinstance(token, str) or not token:
            raise NotLetIn(
                _("The portal does not sign us in (code %(code)s): %(words)s")
                % {"code": _code(answer) or "–", "words": _words(answer)},
                _code(answer),
            )
        self._token = token
        lasts = seconds if isinstance(seconds, int | float) and seconds > 0 else 0
        self._ends_at = time.monotonic() + max(lasts - _AHEAD, lasts / 2)

    def next_code(self, identifier: str) -> str:
        """A dossier code for this agency, given out once. Raises `OutsideError`."""
        data = self._ask("code", body={"MaDinhDanh": identifier})
        code = data.get("value") if isinstance(data, dict) else data
        if not isinstance(code, str) or not 0 < len(code) <= LONGEST:
            raise Garbled(_("The portal gave out no code."))
        return code

    def upload(self, name: str, mime_type: str, content: bytes) -> FileThere:
        """Hand a file over. Twice makes two files there. Raises `OutsideError`."""
        data = self._ask("upload", files={"files": (name, content, mime_type)})
        found = data[0] if isinstance(data, list) and data else data
        number = found.get("IdTepTin") if isinstance(found, dict) else None
        if not isinstance(number, str | int) or not 0 < len(str(number)) <= LONGEST:
            raise Garbled(_("The portal has given the file no number."))
        return FileThere(str(number), shortened(found.get("HashTepTin") or ""))

    def create(self, dossier: Mapping[str, Any]) -> str:
        """Create the dossier, or learn that its code is there already; its number. Raises `OutsideError`."""
        data = self._ask("create", body=dossier, also_good=self.access.exists_codes)
        number = data.get("idHoSo") if isinstance(data, dict) else None
        if not isinstance(number, str | int) or not 0 < len(str(number)) <= LONGEST:
            raise Garbled(_("The portal has given the dossier no number."))
        if data.get("maHoSo", dossier["MaHoSo"]) != dossier["MaHoSo"]:
            raise Garbled(_("The portal answered about another dossier."))
        return str(number)

    def progress(self, step: Mapping[str, Any]) -> None:
        """A step that was done. Raises `OutsideError`."""
        self._ask("progress", body=step)

    def status(self, status: Mapping[str, Any]) -> None:
        """Where the dossier stands. Raises `OutsideError`."""
        self._ask("status", body=status)

    def _ask(self, call: str, *, also_good: tuple[str, ...] = (), **options: Any) -> Any:
        """Ask; when the token is over, take a new one and ask once more."""
        is_new = time.monotonic() >= self._ends_at
        if is_new:
            self.sign_in()
        try:
            return self._asked(call, also_good, options)
        except NotLetIn:
            self._ends_at = 0.0
            if is_new:
                raise
        self.sign_in()
        return self._asked(call, also_good, options)

    def _asked(self, call: str, also_good: tuple[str, ...], options: dict[str, Any]) -> Any:
        path = self.access.paths.get(call, PATHS[call])
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._data(self._door.ask("POST", path, headers=headers, **options), also_good)

    def _data(self, answer: Answer, also_good: tuple[str, ...]) -> Any:
        if str(answer.status) in also_good:
            return answer.object().get("data")
        told = answer.said("code")
        code = _code(told)
        if code in also_good:
            return told.get("data")
        if "code" not in told:
            raise Garbled(_("The answer of the portal has no code."))
        if answer.is_good and code.isdecimal() and int(code) in SUCCESS:
            return told.get("data")
        refusal = _("Code %(code)s: %(words)s") % {"code": code or "–", "words": _words(told)}
        if code in {"401", *self.access.session_codes}:
            raise NotLetIn(refusal, code)
        raise Refused(refusal, code)


def _code(answer: Mapping) -> str:
    return shortened(answer.get("code", ""))[:20]


def _words(answer: Mapping) -> str:
    return shortened(answer.get("message") or _("no reason given"))
