"""The proof of a due date in two or three sentences, for whoever does not read tables; pure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.proof import ProofDay


def in_words(days: Sequence[ProofDay]) -> list[str]:
    """What counted and what did not, in the reader's language."""
    return [sentence for sentence in (_counted(days), _used(days), _left_out(days)) if sentence]


def _counted(days: Sequence[ProofDay]) -> str:
    counted = [day for day in days if day.ordinal]
    if not counted:
        return ""
    facts = {"days": len(counted), "last": f"{counted[-1].date:%d/%m/%Y}"}
    return (
        ngettext(
            "%(days)s day counts: %(last)s.", "%(days)s days count; the last one is %(last)s.", len(counted)
        )
        % facts
    )


def _used(days: Sequence[ProofDay]) -> str:
    minutes = sum(day.minutes for day in days)
    if not minutes:
        return ""
    return _("Working time that counts: %(hours)s h %(minutes)s min.") % {
        "hours": minutes // 60,
        "minutes": minutes % 60,
    }


def _left_out(days: Sequence[ProofDay]) -> str:
    """Each reason once with its number of days, holidays by their names."""
    reasons: dict[str, int] = {}
    for day in days:
        if not day.counted:
            name = str(day.special.name if day.special else day.reason.label)
            reasons[name] = reasons.get(name, 0) + 1
    if not reasons:
        return ""
    listed = "; ".join(f"{name} ({number})" if number > 1 else name for name, number in reasons.items())
    return _("The other days: %(reasons)s.") % {"reasons": listed}
