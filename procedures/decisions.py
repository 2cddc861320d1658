"""Publication decisions as another system tells them: read, and judged by themselves; pure.

A broken procedure of a decision is told with its sentences and holds up no other one.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from procedures.codes import PROCEDURE
from procedures.days import EARLIEST, is_possible
from procedures.enums import DecisionKind

LONGEST_NUMBER, LONGEST_CODE, LONGEST_NAME = 200, 30, 255
DEEPEST = 20
LONGEST_TEXT = 100_000  # characters of one text
# Of a page: a tag that opens or closes, the beginning of a comment, an entity. “a < b” is none. Whoever sends the text
# chooses it: nothing here looks further than to the next “<”.
MARKUP = re.compile(r"<\s*(?:/?[A-Za-z][^<>]*>|!--)|&(?:[a-z]{2,8}|#\d{1,6});")


@dataclass(frozen=True, slots=True)
class Told:
    """One procedure of one decision. `content` is a record as the seeds have it, with days as ISO texts.

    `replaces`: codes of the procedures that it takes the place of; `problems`: sentences, none when it can be read.
    """

    number: str = ""
    signed_on: date | None = None
    agency: str = ""
    effective_on: date | None = None
    loaded_on: date | None = None
    kind: str = ""
    code: str = ""
    replaces: tuple[str, ...] = ()
    replaced_by: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    raw: str = ""
    problems: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """Of what it says, before it is judged: better rules find it again. When the database made it public is no part
        of it: that may be told later.
        """
        facts = {
            "decision": [self.number, self.signed_on, self.agency, self.effective_on],
            "procedure": [self.kind, self.code, self.replaces, self.replaced_by],
            "content": self.content,
            "raw": self.raw if self.problems else "",
        }
        text = json.dumps(facts, sort_keys=True, default=str)  # ASCII: half a character does no harm
        return hashlib.sha256(text.encode()).hexdigest()


def judged(told: Told, *, today: date, is_of_database: bool = True) -> Told:
    """The same with everything that is wrong about it by itself; its content is judged by the reader of records.

    What is not of the national database may be from before anybody knew the decision.
    """
    problems = [*told.problems, *_wrong_dates(told, today, is_of_database), *_wrong_codes(told)]
    if is_of_database and not told.number:
        problems.append(_("The decision has no number."))
    if told.kind not in DecisionKind.values:
        problems.append(
            _("The decision does not say whether the procedure is new, amended, replaced or abolished.")
        )
    elif told.kind != DecisionKind.ABOLISHED and not told.content:
        problems.append(_("The content of the procedure is missing."))
    if told.kind == DecisionKind.REPLACED and not told.replaces:
        problems.append(_("It does not say which procedure is replaced."))
    problems += unreadable([told.number, told.agency, told.content])
    return replace(told, problems=tuple(dict.fromkeys(problems)))


def _wrong_dates(told: Told, today: date, is_of_database: bool) -> list[str]:
    problems = []
    days = (
        (_("day of signature"), told.signed_on, is_of_database),
        (_("day of effect"), told.effective_on, True),
    )
    for name, day, is_needed in days:
        if day is None and is_needed:
            problems.append(capfirst(_("The %(name)s is missing or is no date.") % {"name": name}))
        elif day is not None and not is_possible(day):
            problems.append(_impossible(name, day))
    if told.signed_on and told.signed_on > today:
        problems.append(_("The decision is said to be signed on a day to come."))
    # How late it was is counted day by day in a calendar (R4): no day that the sender likes.
    if told.loaded_on and not EARLIEST <= told.loaded_on <= today:
        problems.append(_impossible(_("day of publication in the database"), told.loaded_on))
    if told.signed_on and told.loaded_on and told.loaded_on < told.signed_on:
        problems.append(_("The decision is said to be made public before it was signed."))
    return problems


def _impossible(name: str, day: date) -> str:
    return capfirst(_("The %(name)s cannot be right: %(day)s.") % {"name": name, "day": f"{day:%d/%m/%Y}"})


def _wrong_codes(told: Told) -> list[str]:
    problems = []
    if not told.code:
        problems.append(_("The procedure has no code."))
    elif not re.fullmatch(PROCEDURE, told.code):
        problems.append(_("“%(code)s” is no code of a procedure.") % {"code": _visible(told.code)})
    for code in filter(None, (*told.replaces, told.replaced_by)):
        if not re.fullmatch(PROCEDURE, code):
            problems.append(_("“%(code)s” is no code of a procedure.") % {"code": _visible(code)})
        elif code == told.code:
            problems.append(_("The procedure is said to replace itself."))
    return problems


def unreadable(value: Any) -> list[str]:
    """Sentences about texts that nobody should read: too long, of another character set, with markup or control characters."""
    problems = []
    texts = [text for text in _texts(value) if len(text) <= LONGEST_TEXT]
    if long := next((text for text in _texts(value) if len(text) > LONGEST_TEXT), None):
        problems.append(
            _("A text is longer than %(count)d characters: “%(text)s”.")
            % {"count": LONGEST_TEXT, "text": _visible(long)}
        )
    if broken := next((text for text in texts if _is_broken(text)), None):
        problems.append(
            _("A text is not in the right character set: “%(text)s”.") % {"text": _visible(broken)}
        )
    if marked := next((text for text in texts if MARKUP.search(text)), None):
        problems.append(
            _("There is markup of a web page in a text: “%(text)s”.") % {"text": _visible(marked)}
        )
    return problems


def _texts(value: Any):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(name)
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _is_broken(text: str) -> bool:
    if "\ufffd" in text or any(
        unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\r\t" for sign in text
    ):
        return True
    if text.isascii():
        return False
    for charset in ("cp1252", "latin-1"):
        try:
            text.encode(charset).decode("utf-8")
        except UnicodeError:
            continue
        return True  # UTF-8 that somebody read as Western European: no Vietnamese word looks so
    return False


def _visible(text: str) -> str:
    """The beginning of it, as far as it can be shown."""
    return " ".join("".join(sign if sign.isprintable() else "?" for sign in text[:60]).split())
