"""The protocol of the population database as the sharing platform offers it: a token, then one question.

Made after public descriptions of services on the national data platform (client credentials, a request number
that comes back, codes in the body with HTTP 200); names of fields and addresses are configurable, because the
agreement with the operator fixes them. See docs/integrations.md.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from cases.connections.population.facts import Asked, Outcome, Question, Reply
from onestop.outside import Door, Garbled, NotLetIn, Refused, shortened

NAMES = {
    "request_id": "MaYeuCau",
    "unit": "MaDonVi",
    "staff": "MaCanBo",
    "procedure": "MaThuTuc",
    "purpose": "MucDich",
    "consent": "DongY",
    "consent_reference": "MaThamChieuDongY",
    "fields": "TruongThongTin",
    "number": "SoDinhDanh",
    "full_name": "HoVaTen",
    "birth_date": "NgaySinh",
    "address": "NoiThuongTru",
    "code": "MaKetQua",
    "message": "ThongDiep",
    "person": "CongDan",
    "matches": "TrungKhop",
}
PATHS = {"token": "token", Asked.RETRIEVE: "tra-cuu-cong-dan", Asked.CONFIRM: "xac-nhan-cong-dan"}
CODES = {
    "00": Outcome.FOUND,
    "01": Outcome.UNKNOWN,
    "02": Outcome.MISMATCH,
    "03": Outcome.DECEASED,
}
TOKEN_ENDS_EARLIER = 60  # seconds
# Tokens of this process, by address and account: with its end on the monotonic clock.
_tokens: dict[tuple[str, str], tuple[str, float]] = {}


@dataclass(frozen=True, slots=True)
class Account:
    """Where the database answers, who we are there, and how it names things; `seconds` for a whole look-up."""

    url: str
    client_id: str
    secret: str
    seconds: float
    names: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    def name(self, ours: str) -> str:
        return self.names.get(ours) or NAMES[ours]

    def path(self, ours: str) -> str:
        return self.paths.get(ours) or PATHS[ours]


def ask(account: Account, question: Question) -> Reply:
    """Look one person up; a token that has ended is replaced once. Raises `OutsideError`."""
    with _door(account) as door:
        try:
            return _asked(door, account, question)
        except NotLetIn:
            if _tokens.pop(_key(account), None) is None:
                raise
            return _asked(door, account, question)


def sign_of_life(account: Account) -> None:
    """A new token, which shows that the other side answers and knows us; nobody is looked up."""
    _tokens.pop(_key(account), None)
    with _door(account) as door:
        _token(door, account)


def forget_tokens() -> None:
    _tokens.clear()


def _door(account: Account) -> Door:
    return Door(account.url, whole_seconds=account.seconds, refuses_by_status=False)


def _key(account: Account) -> tuple[str, str]:
    return account.url, account.client_id


def _token(door: Door, account: Account) -> str:
    token, ends_at = _tokens.get(_key(account), ("", 0.0))
    if token and time.monotonic() < ends_at:
        return token
    answer = door.ask(
        "POST",
        account.path("token"),
        data={"grant_type": "client_credentials"},
        auth=(account.client_id, account.secret),
    ).object()
    token, seconds = answer.get("access_token"), answer.get("expires_in", 0)
    if not isinstance(token, str) or not token or not isinstance(seconds, int | float):
        raise Garbled(_("The answer holds no token."))
    _tokens[_key(account)] = token, time.monotonic() + seconds - TOKEN_ENDS_EARLIER
    return token


def _asked(door: Door, account: Account, question: Question) -> Reply:
    answer = door.ask(
        "POST",
        account.path(question.asked),
        body=_body(account, question),
        headers={"Authorization": f"Bearer {_token(door, account)}"},
    ).object()
    return _reply(account, question, answer)


def _body(account: Account, question: Question) -> dict[str, Any]:
    """What no form needs is not asked for."""
    given = {
        "request_id": question.request_id,
        "unit": question.unit,
        "staff": question.staff,
        "procedure": question.procedure,
        "purpose": question.purpose,
        "consent": question.has_consent,
        "consent_reference": question.request_id if question.has_consent else "",
        "number": question.number,
        "full_name": question.full_name,
        "birth_date": f"{question.birth_date:%d/%m/%Y}" if question.birth_date else "",
    }
    body: dict[str, Any] = {account.name(name): value for name, value in given.items()}
    if question.asked == Asked.RETRIEVE:
        body[account.name("fields")] = [account.name(name) for name in ("number", "full_name", "address")]
    return body


def _reply(account: Account, question: Question, answer: dict[str, Any]) -> Reply:
    """Raises `Refused` with the other side's word for why, `Garbled` for an answer to something else."""
    code = answer.get(account.name("code"))
    if not isinstance(code, str):
        raise Garbled(_("The answer has no code."))
    outcome = CODES.get(code)
    if outcome is None:
        said = shortened(answer.get(account.name("message")) or code)
        raise Refused(_("It refuses: %(why)s") % {"why": said}, code)
    if answer.get(account.name("request_id")) != question.request_id:
        raise Garbled(_("The answer belongs to another question."))
    if outcome != Outcome.FOUND:
        return Reply(outcome)
    if question.asked == Asked.CONFIRM:
        return _confirmed(account, answer)
    person = answer.get(account.name("person"))
    if not isinstance(person, dict):
        raise Garbled(_("The answer lacks what was asked for."))
    found = {name: _text(person.get(account.name(name))) for name in ("number", "full_name", "address")}
    if found["number"] != question.number or not found["full_name"]:
        raise Garbled(_("The answer is about somebody else."))
    return Reply(outcome, full_name=found["full_name"], address=found["address"])


def _confirmed(account: Account, answer: dict[str, Any]) -> Reply:
    matches = answer.get(account.name("matches"))
    if not isinstance(matches, dict):
        raise Garbled(_("The answer lacks what was asked for."))
    if any(matches.get(account.name(name)) is False for name in ("full_name", "birth_date")):
        return Reply(Outcome.MISMATCH)
    if matches.get(account.name("full_name")) is not True:
        raise Garbled(_("The answer lacks what was asked for."))
    return Reply(Outcome.FOUND, confirmed=("full_name", "id_number"))


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
