"""One package to another installation by HTTP POST, and its receipt back."""

from django.utils.translation import gettext as _

from onestop.outside import Door, Garbled

PACKAGE = "application/zip"
LONGEST_RECEIPT = 256 * 1024  # bytes


def send(url: str, package: bytes, *, seconds: float) -> bytes:
    """The bytes of the answer, which should be a receipt. Raises `OutsideError`."""
    with _door(url, seconds) as door:
        answer = door.ask("POST", content=package, headers={"Content-Type": PACKAGE, "Accept": PACKAGE})
    if not answer.headers.get("Content-Type", "").startswith(PACKAGE):
        raise Garbled(_("The answer is no receipt."))
    return answer.content


def sign_of_life(url: str, *, unit: str, seconds: float) -> None:
    """Who answers there, and whether it is who is meant. Raises `OutsideError`."""
    with _door(url, seconds) as door:
        found = door.ask("GET").object()
    if found.get("unit") != unit:
        raise Garbled(_("Another installation answers at this address."))


def _door(url: str, seconds: float) -> Door:
    return Door(url, whole_seconds=seconds, longest_answer=LONGEST_RECEIPT, refuses_by_status=False)
