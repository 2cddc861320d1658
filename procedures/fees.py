"""What a fee line costs (R38); pure. Whole VND.

A line is anything with the attributes of `FeeLine`: rule, channel, amount, tiers, cap_amount, cap_per.
Figures are data of the procedure version; nothing here knows an amount (Decree 61/2018 Art 22).
"""

from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from procedures.enums import Channel, FeeChannel, FeeRule


class FeeNotSet(ValueError):
    """The province sets this fee and has not set it yet: no amount can be asked for."""


class FeeRefused(ValueError):
    """A number of pages, copies or pieces that cannot be charged."""


class Line(Protocol):
    rule: str
    channel: str
    amount: int | None
    tiers: list | None
    cap_amount: int | None
    cap_per: str


@dataclass(frozen=True, slots=True)
class FeeTier:
    """A price per page from one page to another, both included; without `to_page` for all that follow."""

    from_page: int
    to_page: int | None
    amount_per_page: int

    def of(self, pages: int) -> int:
        last = pages if self.to_page is None else min(pages, self.to_page)
        return max(last - self.from_page + 1, 0) * self.amount_per_page


@dataclass(frozen=True, slots=True)
class FeeAmount:
    """What is owed for one line in VND; `per_copy` where the fee is one of copies or pages."""

    per_copy: int | None
    total: int


def applies(line: Line, channel: str) -> bool:
    """Whether the line is charged for a filing by that channel.

    A line for the desk is also charged by post: what is cheaper online is cheaper because nobody types it.
    """
    if line.channel == FeeChannel.ANY:
        return True
    return (line.channel == FeeChannel.ONLINE) == (channel == Channel.ONLINE)


def fee_amount(
    line: Line, *, pages: int = 1, copies: int = 1, quantity: int = 1, tariff: int | None = None
) -> FeeAmount:
    """What one line costs.

    Pages are those of one copy. `quantity` is the number of cases or pieces. `tariff` is the amount in
    VND that the province set, for lines that leave it to her; then it stands in for the line's own amount.

    Raises FeeNotSet when there is no amount, FeeRefused when a number is not at least 1.
    """
    for number in (pages, copies, quantity):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise FeeRefused(
                _("Pages, copies and pieces are whole numbers from 1 on, not %(n)s.") % {"n": number}
            )
    if line.rule == FeeRule.PER_PAGE and line.tiers:
        one = sum(FeeTier(**tier).of(pages) for tier in line.tiers)
    else:
        one = line.amount if tariff is None else tariff
        if one is None:
            raise FeeNotSet(_("The province has not set this fee yet; enter its tariff first."))
        if line.rule == FeeRule.PER_PAGE:
            one *= pages
    if line.rule not in {FeeRule.PER_PAGE, FeeRule.PER_COPY}:
        return FeeAmount(None, _capped(line, one * quantity))
    if line.cap_per == "copy":
        one = _capped(line, one)
    total = one * copies * quantity
    return FeeAmount(one, total if line.cap_per == "copy" else _capped(line, total))


def _capped(line: Line, amount: int) -> int:
    return amount if line.cap_amount is None else min(amount, line.cap_amount)
