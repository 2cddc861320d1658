"""The look-up by text message: what an inbound message asks for, and answers of one part of an SMS; pure.

`TC H41.12-261121-0001 7K2QD-M0XRA`: tra cứu, code, secret. Answers have no accents: a single letter with one
makes of 160 characters 70.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from cases.codes import code_in
from cases.enums import State
from notifications.segments import sms_size
from procedures.working_time import TZ

LONGEST = 500  # characters of an inbound message that are looked at
HELP = (
    "Soan: TC <ma ho so> <ma tra cuu>, nhu in tren giay tiep nhan. Vi du: TC H41.12-261121-0001 7K2QD-M0XRA"
)
NOTHING_FITS = (
    "Khong co ho so nao ung voi ma ho so va ma tra cuu nay. Hay xem lai tung ky tu tren giay tiep nhan."
)
WAIT = "Da tra cuu sai hoac qua nhieu lan. Xin thu lai sau {minutes} phut."
_STATES = {
    State.SUBMITTED: "da nop, cho tiep nhan",
    State.RECEIVED: "da tiep nhan",
    State.DIGITIZED: "da chuyen den co quan giai quyet",
    State.PROCESSING: "dang giai quyet",
    State.SUPPLEMENT: "cho ong/ba bo sung giay to",
    State.PAID: "da co ket qua, moi den nhan",
    State.RETURNED: "da tra ket qua",
    State.REFUSED: "khong tiep nhan",
    State.STOPPED: "da dung giai quyet",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    code: str
    secret: str

    def __repr__(self) -> str:
        """Never what was given: this may end in a log."""
        return "Wanted()"


def understood(text: str) -> Wanted | None:
    """Code and secret of an inbound message; None when it asks for something else.

    Telephones write small letters, put blanks where they like, and may split the secret at its middle.
    """
    words = unicodedata.normalize("NFKC", text[:LONGEST]).upper().split()
    if len(words) < 3 or words[0] != "TC":
        return None
    rest = " ".join(words[1:])
    code = code_in(rest)
    secret = rest.partition(code)[2].strip() if code and rest.startswith(code) else ""
    if not secret or len(re.sub(r"[\s.-]", "", secret)) > 20:
        return None
    return Wanted(code, secret)


def state_text(
    *,
    code: str,
    state: str,
    due_at: datetime | None,
    finished_at: datetime | None,
    unit: str,
    awaits_signature: bool = False,
) -> str:
    """How the dossier stands, in one part of an SMS: what does not fit, the unit, is cut first.

    `awaits_signature`: it is an electronic copy that the head has not signed. Moments are those of Việt Nam.
    """
    said = f"Ho so {code}: {_STATES[State(state)]}."
    if awaits_signature:
        said = f"Ho so {code}: ban sao dien tu da lap, cho ky so."
    elif state == State.PROCESSING and finished_at:
        said = f"Ho so {code}: da co ket qua, con phi le phi phai nop."
    elif due_at and not finished_at and state not in {State.SUPPLEMENT, State.SUBMITTED}:
        said += f" Hen tra {due_at.astimezone(TZ):%H:%M %d/%m/%Y}."
    elif finished_at and state == State.PAID:
        said += f" Co ket qua tu {finished_at.astimezone(TZ):%d/%m/%Y}."
    where = f" Tai {without_accents(unit)}." if unit else ""
    return said + where if sms_size(said + where).segments == 1 else said


def without_accents(text: str) -> str:
    """Vietnamese in plain letters of the GSM alphabet; what it does not have is left out."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c for c in kept if c.isascii() and c.isprintable() and c not in "`^{}\\[~]|")


def wait_text(seconds: int) -> str:
    return WAIT.format(minutes=max(1, -(-seconds // 60)))
