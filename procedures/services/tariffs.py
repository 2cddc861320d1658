"""Amounts of fees that the province sets."""

from datetime import date

from procedures.models import Agency, FeeLine, FeeTariff


def tariff_for(fee_line: FeeLine, agency: Agency, day: date) -> int | None:
    """VND that the agency, or the nearest one above it, set for this fee and has in force on the day; else None."""
    line = list(agency.ancestors(include_self=True))  # from the province down
    tariffs = FeeTariff.objects.filter(
        agency__in=line,
        procedure=fee_line.version.procedure_id,
        fee_name=fee_line.name,
        in_force_from__lte=day,
    ).order_by("in_force_from")
    amounts = {tariff.agency_id: tariff.amount for tariff in tariffs}  # the latest of an agency wins
    return next((amounts[unit.pk] for unit in reversed(line) if unit.pk in amounts), None)
