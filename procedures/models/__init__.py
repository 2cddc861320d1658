"""Agencies and their people, the calendar, the catalogue of procedures."""

from procedures.models.agencies import Agency, OfficeSession
from procedures.models.calendar import CalendarDay
from procedures.models.catalogue import (
    Component,
    FeeLine,
    FeeTariff,
    Procedure,
    ProcedureStep,
    ProcedureVersion,
    TimeLimit,
)
from procedures.models.staff import Staff

__all__ = [
    "Agency",
    "CalendarDay",
    "Component",
    "FeeLine",
    "FeeTariff",
    "OfficeSession",
    "Procedure",
    "ProcedureStep",
    "ProcedureVersion",
    "Staff",
    "TimeLimit",
]
