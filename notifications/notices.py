"""The texts of notices to applicants: their placeholders, the built-in words, and how they are filled in; pure.

A text has placeholders such as `{agency}` and nothing else: no attributes, no indexes, no formats, so a
text that somebody edits can say only what is in the list of its event. `{{` and `}}` are braces. A line
whose placeholders all have nothing to say is left out, such as that of the items where there are none.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from notifications.enums import MessageChannel, MessageKind

_FIELD = re.compile(r"\{([a-z_]+)\}")
# In this order: doubled braces are text, then what is a placeholder, then whatever else has a brace.
_PARTS = re.compile(r"\{\{|\}\}|\{[a-z_]+\}|\{[^{}\n]*\}?|\}")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name that a text may hold; `sample` stands for it where there is no dossier to show."""

    name: str
    meaning: object
    sample: object

    def __str__(self) -> str:
        return f"{{{self.name}}}"


_COMMON = (
    Placeholder("agency", _("Agency that received the dossier"), _("Example Ward People's Committee")),
    Placeholder(
        "handler",
        _("Who handles the dossier now, and where"),
        _("Officer Example, Example Ward People's Committee"),
    ),
    Placeholder("received", _("Time of receipt"), "09/11/2026 09:00"),
    Placeholder("step_time", _("Time of this step"), "10/11/2026 14:30"),
    Placeholder("due", _("Time of return, or in words why there is none now"), "12/11/2026 17:00"),
    Placeholder(
        "code", _("Code of the dossier; before reception that of the procedure"), "H00.000-261109-0001"
    ),
    Placeholder("what", _("What happened, in a few words"), _("Received")),
    Placeholder("sentence", _("What happened, as a sentence"), _("An example of what happened.")),
    Placeholder("details", _("What else the applicant has to know; often nothing"), ""),
    Placeholder("procedure", _("Name of the procedure"), _("Example procedure")),
    Placeholder("applicant", _("Name of the applicant"), "Nguyễn Thị Ví Dụ"),
    Placeholder(
        "lookup", _("Address to look the dossier up, once it has a code"), "https://motcua.example/tra-cuu/"
    ),
)
_REASON = Placeholder("reason", _("The reason that was given"), _("An example of a reason."))
_ITEMS = Placeholder("items", _("What is missing, one on each line"), _("- Example of a paper"))
_OLD_DUE = Placeholder("old_due", _("The time of return that was promised before"), "11/11/2026 17:00")
_ANSWER_BY = Placeholder("answer_by", _("When the filing is answered at the latest"), "10/11/2026 09:00")

_OF_KIND: Mapping[str, tuple[Placeholder, ...]] = {
    MessageKind.SUBMITTED: (_ANSWER_BY,),
    MessageKind.COMPLETED: (_ANSWER_BY,),
    MessageKind.ASKED_TO_COMPLETE: (_REASON, _ITEMS),
    MessageKind.SUPPLEMENT_REQUESTED: (_REASON, _ITEMS),
    MessageKind.SUPPLEMENT_REMINDED: (
        _ITEMS,
        Placeholder("stop_after", _("After this the dossier may be stopped"), "16/11/2026 17:00"),
    ),
    MessageKind.REFUSED: (_REASON,),
    MessageKind.WITHDRAWN: (_REASON,),
    MessageKind.STOPPED: (_REASON,),
    MessageKind.RESCHEDULED: (_REASON, _OLD_DUE),
    MessageKind.EXTENDED: (_REASON, _OLD_DUE),
    MessageKind.RESUMED: (_OLD_DUE,),
    MessageKind.PERIOD_EXCLUDED: (_OLD_DUE,),
    MessageKind.CALENDAR_MOVED: (
        Placeholder("reference", _("The official notice that changed the calendar"), _("Example notice")),
        _OLD_DUE,
    ),
    MessageKind.CLARIFICATION: (Placeholder("question", _("What is asked"), _("An example of a question?")),),
    MessageKind.RESULT_RECORDED: (Placeholder("to_pay", _("What is still to be paid"), "15.000 đ"),),
    MessageKind.RETURNED: (
        Placeholder("tracking_number", _("Tracking number, when it went by post"), "VD000000000VN"),
    ),
    MessageKind.PAPERS_LOST: (Placeholder("papers", _("Which papers"), _("Example of a paper")),),
}


def placeholders_of(kind: str) -> tuple[Placeholder, ...]:
    """The fixed list of an event; those that every event has come first."""
    return _COMMON + _OF_KIND.get(kind, ())


def own_placeholders(kind: str) -> list[str]:
    """The names that this event has and not every event."""
    return [placeholder.name for placeholder in _OF_KIND.get(kind, ())]


def sample_facts(kind: str) -> dict[str, str]:
    """Invented words for every placeholder, plainly invented, in the language of the moment."""
    return {placeholder.name: str(placeholder.sample) for placeholder in placeholders_of(kind)} | {
        "what": str(MessageKind(kind).label)
    }


def names_in(text: str) -> set[str]:
    """The placeholders that a text has."""
    return {part[1:-1] for part in _PARTS.findall(text) if _FIELD.fullmatch(part)}


def strange_in(kind: str, text: str) -> list[str]:
    """Everything in braces that is no placeholder of this event, as it was written, each once."""
    known = {str(placeholder) for placeholder in placeholders_of(kind)} | {"{{", "}}"}
    return list(dict.fromkeys(part for part in _PARTS.findall(text) if part not in known))


def missing_in(text: str, demanded: Iterable[str]) -> list[str]:
    """The demanded placeholders that a text does not have, in the order of the demand."""
    there = names_in(text)
    return [name for name in demanded if name not in there]


def fill_in(text: str, facts: Mapping[str, str]) -> str:
    """The text with the facts in place of the placeholders; lines that have nothing to say are left out."""
    lines = []
    for line in text.splitlines():
        names = names_in(line)
        if not names or any(facts[name] for name in names):
            lines.append(_PARTS.sub(lambda part: _word(part.group(), facts), line))
    return "\n".join(lines)


def _word(part: str, facts: Mapping[str, str]) -> str:
    return part[0] if part in ("{{", "}}") else facts[part[1:-1]]


@dataclass(frozen=True, slots=True)
class NoticeText:
    """Subject and text, with placeholders or filled in. Only an e-mail shows its subject."""

    subject: str
    body: str

    def filled_in(self, facts: Mapping[str, str]) -> "NoticeText":
        return NoticeText(fill_in(self.subject, facts), fill_in(self.body, facts))


def built_in(kind: str, channel: str = "") -> NoticeText:
    """The text of an event while the office has none of its own, in the language of the moment.

    That of an SMS is short and has no address: each part is paid for, and operators stop texts with links.
    """
    lines = _short_lines() if channel == MessageChannel.SMS else _lines()
    if _ANSWER_BY in placeholders_of(kind):
        lines.insert(-1, _t("You are answered by: %(moment)s.") % {"moment": "{answer_by}"})
    subject = _t("Dossier %(code)s: %(what)s") % {"code": "{code}", "what": "{what}"}
    return NoticeText(subject, "\n".join(lines))


def _lines() -> list[str]:
    return [
        _t("%(agency)s: %(procedure)s.") % {"agency": "{agency}", "procedure": "{procedure}"},
        "{sentence}",
        "{details}",
        _t("Received at: %(moment)s.") % {"moment": "{received}"},
        _t("Handled by: %(handler)s.") % {"handler": "{handler}"},
        _t("Time of this step: %(moment)s.") % {"moment": "{step_time}"},
        _t("Return of the result: %(moment)s.") % {"moment": "{due}"},
        _t("Look up: %(address)s (the secret is on your receipt).") % {"address": "{lookup}"},
    ]


def _short_lines() -> list[str]:
    times = {"received": "{received}", "handler": "{handler}", "step_time": "{step_time}", "due": "{due}"}
    return [
        "{code}, {agency}: {sentence}",
        "{details}",
        _t("Received: %(received)s. Now: %(handler)s, %(step_time)s. Return: %(due)s.") % times,
    ]
