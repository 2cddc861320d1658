"""What a case costs by the lines of its version (R38): asked before it is saved, and fixed when it is."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from cases.errors import Invalid
from procedures import fees
from procedures.enums import FeeRule
from procedures.models import Agency, FeeLine, ProcedureVersion
from procedures.services.tariffs import tariff_for

CHARGED = frozenset({"pages", "copies", "quantity"})  # what fees are reckoned with


@dataclass(frozen=True, slots=True)
class FeeFacts:
    """Which conditional fees apply (`None` = none was chosen yet) and the quantities of the case.

    Fees depend on the quantities, and the time limit of some procedures too.
    """

    fee_ids: list[int] | None = None
    quantities: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Owed:
    """One line with its amount in VND; None = the province has not set it yet."""

    line: FeeLine
    amount: int | None


def amounts_owed(
    version: ProcedureVersion, fee: FeeFacts, *, channel: str, agency: Agency, on: date
) -> list[Owed]:
    """What the applicant owes for a filing by that channel that the agency decides, on that day.

    `Invalid` when a fee has still to be chosen, or one was that is not the procedure's.
    """
    charged = {name: count for name, count in fee.quantities.items() if name in CHARGED}
    owed = []
    for line in _lines(version, channel, fee.fee_ids):
        tariff = tariff_for(line, agency, on) if line.rule == FeeRule.SET_BY_PROVINCE else None
        try:
            amount = fees.fee_amount(line, tariff=tariff, **charged).total
        except fees.FeeNotSet:
            amount = None
        owed.append(Owed(line, amount))
    return owed


def _lines(version: ProcedureVersion, channel: str, fee_ids: list[int] | None) -> list[FeeLine]:
    lines = [line for line in version.fees.all() if fees.applies(line, channel)]
    always = [line for line in lines if not line.condition]
    if fee_ids is None:
        if lines and not always:
            raise Invalid(
                _("Choose which fee applies: %(lines)s.") % {"lines": "; ".join(str(line) for line in lines)},
                code="required",
                field="fees",
            )
        return always
    if set(fee_ids) - {line.pk for line in lines}:
        raise Invalid(_("This fee is not one of the procedure and channel."), field="fees")
    return [line for line in lines if not line.condition or line.pk in fee_ids]
