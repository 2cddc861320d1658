"""The catalogue in words, in the language of the reader: limits, fees, periods, counts; no database.

Takes rows of the catalogue or anything with the same attributes. What only exists in Vietnamese (names that a
publication gave) stays as it is.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from procedures.enums import Channel, ExtensionMode, FeeChannel, FeeRule, LimitUnit, Subject


def in_words(choices: type, values: Iterable[str]) -> str:
    """The labels of some values, such as `citizen, business`; an unknown value shows itself."""
    return ", ".join(str(choices(value).label) if value in choices.values else value for value in values)


def ways_each(channels: Iterable[str]) -> list[str]:
    """One label for each way of filing."""
    return [in_words(Channel, [channel]) for channel in channels]


def who_applies(version) -> str:
    return in_words(Subject, version.subjects)


def ways_of_filing(version) -> str:
    return in_words(Channel, version.channels)


def amount_of(amount: Decimal | None, unit: str) -> str:
    """`3 working days`, `1.5 working hours`, `within the day`."""
    if unit in {LimitUnit.SAME_DAY, LimitUnit.IMMEDIATE}:
        return str(LimitUnit(unit).label)
    if amount is None or not unit:
        return ""
    number = _plain(amount)
    count = int(amount) if amount == int(amount) else 2
    if unit == LimitUnit.WORKING_DAY:
        return ngettext("%(number)s working day", "%(number)s working days", count) % {"number": number}
    if unit == LimitUnit.CALENDAR_DAY:
        return ngettext("%(number)s day", "%(number)s days", count) % {"number": number}
    return ngettext("%(number)s working hour", "%(number)s working hours", count) % {"number": number}


def limit_text(limit) -> str:
    """The limit with its case and cut-off, without the name of the unit's field: `3 working days (…)`."""
    words = limit.label if _is_vietnamese() else amount_of(limit.amount, limit.unit)
    if limit.cutoff:
        words = _("%(limit)s; received after %(clock)s: by the end of the next working day") % {
            "limit": words,
            "clock": f"{limit.cutoff:%H:%M}",
        }
    return f"{words} ({limit.condition})" if limit.condition else words


def extension_text(version) -> str:
    """By how much the limit can be extended and when; empty when it cannot."""
    if not version.extension_mode:
        return ""
    facts = {"amount": amount_of(version.extension_amount, version.extension_unit)}
    words = {
        ExtensionMode.ADD: _("once by %(amount)s"),
        ExtensionMode.REPLACE: _("once, to %(amount)s from reception"),
        ExtensionMode.AGREED: _("once, to a date that is agreed in writing"),
    }[ExtensionMode(version.extension_mode)] % facts
    return f"{words} ({version.extension_when})" if version.extension_when else words


def answer_limits(version) -> list[str]:
    """How soon a filing is answered, one line for each channel that has its own."""
    return [
        f"{in_words(Channel, [row['channel']])}: {amount_of(Decimal(row['amount']), row['unit'])}"
        for row in version.answer_limits
    ]


def excluded_periods(version) -> list[str]:
    """Names of the periods that the limit does not count."""
    english = not _is_vietnamese()
    return [
        (row.get("name_en") if english else "") or row.get("name_vi", "") for row in version.excluded_periods
    ]


def how_many(component) -> str:
    """`1 original, 2 copies`, or that it is only shown."""
    if component.shown_only:
        return _("only to be shown")
    parts = []
    if component.originals:
        parts.append(
            ngettext("%(count)d original", "%(count)d originals", component.originals)
            % {"count": component.originals}
        )
    if component.copies:
        parts.append(
            ngettext("%(count)d copy", "%(count)d copies", component.copies) % {"count": component.copies}
        )
    return ", ".join(parts)


def source_text(name: str) -> str:
    """The name of an electronic source in one language: the catalogue writes `Vietnamese (English)`."""
    named = re.fullmatch(r"(?P<vi>.+?) \((?P<en>[^()]+)\)", name)
    return named["vi" if _is_vietnamese() else "en"] if named else name


def whether(says: bool | None) -> str:
    """Whether the publication says that a part exists; None: it does not tell."""
    if says is None:
        return _("not stated in the publication")
    return _("yes") if says else _("no")


def dong(amount: int) -> str:
    """`15.000 đ`."""
    return f"{amount:,} đ".replace(",", ".")


def fee_amount(fee) -> str:
    """What one line costs: an amount with its measure, tiers with their cap, or that the province sets it."""
    if fee.rule == FeeRule.SET_BY_PROVINCE:
        return _("set by the province")
    if fee.tiers:
        parts = [_tier(tier) for tier in fee.tiers]
    elif fee.amount == 0:
        return _("free of charge")
    elif fee.amount is None:
        return _("not stated in the publication")
    else:
        measure = {
            FeeRule.PER_COPY: _("%(amount)s a copy"),
            FeeRule.PER_PAGE: _("%(amount)s a page"),
            FeeRule.PER_CASE: _("%(amount)s a case"),
        }.get(FeeRule(fee.rule), "%(amount)s")
        parts = [measure % {"amount": dong(fee.amount)}]
    if fee.cap_amount is not None:
        most = _("at most %(amount)s a copy") if fee.cap_per == "copy" else _("at most %(amount)s")
        parts.append(most % {"amount": dong(fee.cap_amount)})
    return "; ".join(parts)


def fee_channel(fee) -> str:
    """By which way of filing this line is charged."""
    return {
        FeeChannel.ANY: _("every way of filing"),
        FeeChannel.DESK: _("at the desk or by post"),
        FeeChannel.ONLINE: _("online"),
    }[FeeChannel(fee.channel)]


def tiers(fee) -> list[str]:
    return [_tier(tier) for tier in fee.tiers or []]


def _tier(tier: dict) -> str:
    facts = {
        "first": tier["from_page"],
        "last": tier.get("to_page"),
        "amount": dong(tier["amount_per_page"]),
    }
    if tier.get("to_page") is None:
        return _("from page %(first)s: %(amount)s a page") % facts
    return _("pages %(first)s to %(last)s: %(amount)s a page") % facts


def _plain(amount: Decimal) -> str:
    text = f"{Decimal(amount).normalize():f}"
    return text.replace(".", ",") if _is_vietnamese() else text


def _is_vietnamese() -> bool:
    return not (get_language() or "vi").startswith("en")
