"""Topics of published cases on evaluation: the scorecard, on time, the nine indicators, feedback."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import deadlines, feedback
from cases.feedback import FeedbackVerb
from cases.law.files import Inputs
from cases.law.installation import Installation
from cases.scorecard import nine, on_time
from cases.scorecard.installed import editions
from cases.scorecard.parameters import edition_on
from cases.scorecard.scores import Fact, NoValue, card
from procedures.regimes import feedback_rules_on

Answer = dict[str, object]


def decision_766(case: Inputs, installation: Installation) -> Answer:
    """R51: scores of the parts that are given, groups with one of them, and the total."""
    day = case.day("on") if "on" in case else timezone.localdate()
    edition = edition_on(day, editions())
    parts = case.mapping("parts")
    facts = {code: _fact(parts.mapping(code)) for code in edition.codes if code in parts}
    found = card(facts, edition, in_a_year=case.whole("in_a_year", 12))
    given = {group.group.key for group in found.groups for part in group.parts if part.part.code in facts}
    return {
        "scores": {code: found.part(code).points for code in facts},
        "groups": {group.group.key: group.points for group in found.groups if group.group.key in given},
        "total": found.total,
    }


def _fact(part: Inputs) -> Fact:
    if "numerator" not in part and "denominator" not in part:
        return Fact.unknown(NoValue.NOT_COUNTED)
    last_year = part.whole("last_year") if "last_year" in part else None
    return Fact(part.whole("numerator"), part.whole("denominator"), last_year=last_year)


def on_time_766(case: Inputs, installation: Installation) -> Answer:
    """R52."""
    events = [case.within("events", row) for row in case.items("events")]
    course = on_time.course_of(
        [(event.whole("status"), event.moment("at")) for event in events],
        case.moment("appointment") if "appointment" in case else None,
        was_received=case.truth("was_received") if "was_received" in case else None,
    )
    found = on_time.verdict(
        course,
        case.moment("period_end"),
        multiple_requests_overdue=case.text("multiple_requests_overdue", "always"),
    )
    return {
        "counted": found.counted,
        "end_used": found.end_used,
        "adjusted_end": found.adjusted_end,
        "on_time": found.on_time,
    }


# What the cases call the acts of R48.
_ACTS = {
    "refuse": FeedbackVerb.REFUSE,
    "ask_clarification": FeedbackVerb.ASK,
    "transfer": FeedbackVerb.TRANSFER,
    "answer": FeedbackVerb.ANSWER,
    "publish": FeedbackVerb.PUBLISH,
}


def feedback_clocks(case: Inputs, installation: Installation) -> Answer:
    """R48."""
    act = case.text("act")
    if act not in _ACTS:
        raise case.bad("act", _("“%(act)s” is not one of: %(acts)s") % {"act": act, "acts": ", ".join(_ACTS)})
    calendar, day = installation.calendar(case), case.day("from_date")
    since = calendar.closing(day)
    rules = feedback_rules_on(day)
    if _ACTS[act] == FeedbackVerb.PUBLISH:
        by = feedback.publish_by(since, rules, calendar)
    else:
        by = feedback.clocks(since, rules, calendar).of(_ACTS[act])
    answer: Answer = {"by_date": by.date()}
    if "done_on" in case:
        answer["on_time"] = _in_time(by, calendar.closing(case.day("done_on")))
    return answer


def _in_time(by: datetime, done_at: datetime) -> bool:
    return deadlines.punctuality(by, done_at) is not deadlines.Punctuality.LATE


def nine_indicators(case: Inputs, installation: Installation) -> Answer:
    """R50."""
    rules = nine.rules_on(case.day("on") if "on" in case else timezone.localdate())
    kind = case.text("kind")
    if kind == "mean":
        return {"score": nine.mean(case.wholes("points"))}
    if kind == "dossier":
        return {"points": _points(case, rules)}
    if kind not in {"officer", "agency"}:
        raise case.bad("kind", _("“%(kind)s” is not one of: %(kinds)s") % {"kind": kind, "kinds": _KINDS})
    found = (nine.officer if kind == "officer" else nine.agency)(_scores(case), rules)
    band = "task_percent_band" if kind == "officer" else "band"
    return {"total": found.total, band: found.band and found.band.value}


_KINDS = "dossier, mean, officer, agency"


def _scores(case: Inputs) -> dict[int, Decimal]:
    scores = case.mapping("scores")
    return {number: scores.number(str(number)) for number in nine.NAMES if str(number) in scores}


def _points(case: Inputs, rules: nine.NineRules) -> int:
    match case.whole("indicator"):
        case 1 | 2:
            return nine.time_points(case.text("result"))
        case 3:
            return nine.contact_points(case.whole("contacts"), case.whole("applicants_own_fault", 0))
        case 4:
            return nine.agencies_points(case.text("agencies_contacted"))
        case 5:
            settled, received = (
                case.number("settled_at_desk_percent"),
                case.number("received_at_desk_percent"),
            )
            return nine.desk_points(case.text("level"), settled, received, rules)
        case 6:
            return nine.publicity_points(posted=case.truth("posted"), electronic=case.truth("electronic"))
        case 7:
            return nine.attitude_points(case.text("result"), upheld_complaint=case.truth("upheld_complaint"))
        case 8:
            return nine.feedback_points(case.whole("received"), case.whole("answered_on_time"), rules)
        case 9:
            return nine.online_points(
                case.number("online_procedures_percent"),
                case.number("online_dossiers_percent"),
                rules,
                any_overdue=case.truth("any_overdue"),
            )
    raise case.bad("indicator", _("there are the indicators 1 to 9"))
