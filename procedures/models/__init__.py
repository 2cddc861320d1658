"""Agencies and their people, the calendar, the catalogue of procedures."""

from procedures.models.agencies import Agency, OfficeSession
from procedures.models.calendar import CalendarDay
from procedures.models.catalogue import (
    Component,
    ElectronicSource,
    FeeLine,
    FeeTariff,
    Procedure,
    ProcedureStep,
    ProcedureVersion,
    TimeLimit,
)
from procedures.models.editions import CalendarEdition
from procedures.models.forms import ProcedureForm
from procedures.models.proposals import DecisionCursor, Proposal
from procedures.models.reasons import ReadyReason
from procedures.models.reforms import ReformCooperation, ReformEntry, ReformPlan, ReformTask
from procedures.models.second_factor import Authenticator, RecoveryCode
from procedures.models.staff import Absence, Secondment, Staff, Substitute, works_in

__all__ = [
    "Absence",
    "Agency",
    "Authenticator",
    "CalendarDay",
    "CalendarEdition",
    "Component",
    "DecisionCursor",
    "ElectronicSource",
    "FeeLine",
    "FeeTariff",
    "OfficeSession",
    "Procedure",
    "ProcedureForm",
    "ProcedureStep",
    "ProcedureVersion",
    "Proposal",
    "ReadyReason",
    "RecoveryCode",
    "ReformCooperation",
    "ReformEntry",
    "ReformPlan",
    "ReformTask",
    "Secondment",
    "Staff",
    "Substitute",
    "TimeLimit",
    "works_in",
]
