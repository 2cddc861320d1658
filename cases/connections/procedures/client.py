"""The questions that are asked of the procedure database: the decisions since a mark, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from cases.connections.procedures.wire import Language, Page, read_page
from onestop.outside import Door, Garbled, Refused, shortened

PATHS = {"decisions": "quyet-dinh-cong-bo", "state": "trang-thai"}
DONE = "00"
PAGE = 50  # decisions
MOST = 2000  # procedures on a page: a decision publishes some dozens, and a page is kept in one transaction


@dataclass(frozen=True)
class Account:
    """Where it answers, who we are there, how it names things; `seconds` for everything asked through one door."""

    url: str
    key: str
    unit: str = ""
    seconds: float = 60
    language: Language = field(default_factory=Language)
    paths: Mapping[str, str] = field(default_factory=dict)

    def path(self, ours: str) -> str:
        return self.paths.get(ours) or PATHS[ours]


def door_of(account: Account) -> Door:
    headers = {"X-API-Key": account.key}
    return Door(account.url, headers, whole_seconds=account.seconds, refuses_by_status=False)


def decisions_since(door: Door, account: Account, cursor: str) -> Page:
    """The decisions after the mark; an empty one is the beginning. Raises `OutsideError`."""
    params = {"MaDonVi": account.unit, "ConTro": cursor, "SoLuong": str(PAGE)}
    page = read_page(_asked(door, account, "decisions", params), account.language)
    if len(page.told) > MOST:
        raise Garbled(_("There are more procedures on one page than anybody publishes at once."))
    if page.has_more and page.cursor in {"", cursor}:
        raise Garbled(_("It says that there is more, and not where."))
    return page


def sign_of_life(account: Account) -> None:
    """Changes nothing, and shows that it answers and knows us."""
    with door_of(account) as door:
        _asked(door, account, "state", {"MaDonVi": account.unit})


def _asked(door: Door, account: Account, what: str, params: Mapping[str, str]) -> dict[str, Any]:
    answer = door.ask("GET", account.path(what), params=dict(params)).object()
    code = answer.get(account.language.name("result"))
    if not isinstance(code, str):
        raise Garbled(_("The answer has no code."))
    if code != DONE:
        said = shortened(answer.get(account.language.name("message")) or code)
        raise Refused(_("It refuses: %(why)s") % {"why": said}, code)
    return answer
