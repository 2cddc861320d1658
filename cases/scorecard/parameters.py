"""What the scorecard of Decision 766 counts, and for how many points (R51, T18); pure data.

The weights and formulas are those of the national portal's computation in 2026, not the wording of the
decision. All of them are parameters with the day they begin: append an edition, or give one from outside
(see `cases.scorecard.outside`).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.scorecard.editions import Edition, Group, ParameterRefused, Part

_NONE = Decimal(0)
_DOSSIERS = _lazy("dossiers of the period")

TRANSPARENCY = Group(
    "transparency",
    _lazy("Publicity and transparency"),
    (
        Part(
            "1.1",
            _lazy("Publication decision in time"),
            _lazy("procedures whose publication decision was signed on time"),
            _lazy("procedures published in the period"),
            Decimal(6),
        ),
        Part(
            "1.2",
            _lazy("Updated and made public in time"),
            _lazy("procedures made public on time"),
            _lazy("procedures that had to be made public"),
            Decimal(4),
        ),
        Part(
            "1.3",
            _lazy("Published with full content"),
            _lazy("published procedures with all parts"),
            _lazy("published procedures"),
            Decimal(2),
        ),
        Part(
            "1.4",
            _lazy("Synchronised to the national portal"),
            _lazy("dossiers synchronised"),
            _DOSSIERS,
            Decimal(6),
            empty=_NONE,
            last_year=True,
        ),
    ),
)
PROGRESS = Group(
    "progress",
    _lazy("Progress and results"),
    (
        Part(
            "2.1",
            _lazy("Handled early and on time"),
            _lazy("dossiers on time"),
            _lazy("dossiers received or handled in the period"),
            Decimal(20),
            empty=_NONE,
        ),
    ),
)
ONLINE = Group(
    "online",
    _lazy("Online services"),
    (
        Part(
            "3.1",
            _lazy("Procedures provided online"),
            _lazy("procedures partly or fully online"),
            _lazy("procedures of its authority"),
            Decimal(2),
            target=Decimal("0.8"),
            empty=_NONE,
            is_assumed=True,
        ),
        Part(
            "3.2",
            _lazy("Online services that are used"),
            _lazy("online services with a dossier filed online"),
            _lazy("online services"),
            Decimal(4),
            empty=_NONE,
            is_assumed=True,
        ),
        Part(
            "3.3",
            _lazy("Dossiers filed online"),
            _lazy("dossiers filed online"),
            _lazy("dossiers of all channels"),
            Decimal(6),
            target=Decimal("0.5"),
            empty=_NONE,
            times="1.4",
            is_assumed=True,
        ),
    ),
)
DIGITISATION = Group(
    "digitisation",
    _lazy("Digitisation"),
    (
        Part(
            "4.1",
            _lazy("Results issued electronically"),
            _lazy("dossiers with a result file"),
            _DOSSIERS,
            Decimal(6),
        ),
        Part(
            "4.2",
            _lazy("Dossiers digitised"),
            _lazy("dossiers whose components and result have a file"),
            _DOSSIERS,
            Decimal(4),
        ),
        Part(
            "4.3",
            _lazy("Reuse of digitised data"),
            _lazy("dossiers with a reused component"),
            _DOSSIERS,
            Decimal(2),
            target=Decimal("0.8"),
        ),
        Part(
            "4.4",
            _lazy("Linked to the owner's store"),
            _lazy("dossiers linked to the store of their owner"),
            _DOSSIERS,
            Decimal(4),
            is_assumed=True,
        ),
        Part(
            "4.5a",
            _lazy("Procedures using population data"),
            _lazy("procedures with a dossier that used population data"),
            _lazy("procedures for citizens"),
            Decimal(2),
        ),
        Part(
            "4.5b",
            _lazy("Dossiers using population data"),
            _lazy("dossiers that used population data"),
            _DOSSIERS,
            Decimal(2),
        ),
        Part(
            "4.6",
            _lazy("Certified electronic copies offered"),
            _lazy("1 when it is offered"),
            "1",
            Decimal(2),
        ),
    ),
)
PAYMENT = Group(
    "payment",
    _lazy("Online payment"),
    (
        Part(
            "5.1",
            _lazy("Procedures whose fees can be paid online"),
            _lazy("fee procedures with fee data for online payment"),
            _lazy("procedures with a fee"),
            Decimal(2),
            target=Decimal("0.8"),
            empty=_NONE,
        ),
        Part(
            "5.2",
            _lazy("Procedures paid online"),
            _lazy("fee procedures with an online payment"),
            _lazy("procedures with a fee"),
            Decimal(2),
            target=Decimal("0.8"),
            empty=_NONE,
        ),
        Part(
            "5.3",
            _lazy("Dossiers paid online"),
            _lazy("dossiers paid online"),
            _lazy("dossiers with something to pay"),
            Decimal(6),
            empty=_NONE,
        ),
    ),
)
SATISFACTION = Group(
    "satisfaction",
    _lazy("Satisfaction"),
    (
        Part(
            "6.1",
            _lazy("Feedback answered on time"),
            _lazy("feedback handled on time"),
            _lazy("feedback received"),
            Decimal(6),
            empty=Decimal(6),
        ),
        Part(
            "6.2",
            _lazy("Satisfaction with the handling of feedback"),
            _lazy("feedback whose sender is satisfied"),
            _lazy("feedback received"),
            Decimal(6),
            empty=Decimal(6),
        ),
        Part(
            "6.3",
            _lazy("Satisfaction with the handling of dossiers"),
            _lazy("dossiers neither late nor complained of"),
            _lazy("dossiers received or handled in the period"),
            Decimal(6),
            target=Decimal("0.9"),
            empty=_NONE,
        ),
    ),
)

# Begins on the day of the decision: its annex of that year is not known, the portal's weights of 2026 are.
EDITIONS = (
    Edition(date(2022, 6, 23), (TRANSPARENCY, PROGRESS, ONLINE, DIGITISATION, PAYMENT, SATISFACTION)),
)


def edition_on(day: date, editions: Iterable[Edition] = EDITIONS) -> Edition:
    """The parameters of a period that ends on that day. Raises ParameterRefused before the first."""
    begun = [edition for edition in editions if edition.begins <= day]
    if not begun:
        raise ParameterRefused(
            _("No parameters of the scorecard are in force on %(day)s.") % {"day": f"{day:%d/%m/%Y}"}
        )
    return max(begun, key=lambda edition: edition.begins)
