"""Dossiers and everything that happened to them."""

from cases.models.applicants import Applicant
from cases.models.clock import ExcludedPeriod, Extension
from cases.models.cooperation import Consultation, Handover
from cases.models.demands import Demand, StoredPaper
from cases.models.dossiers import CodeCounter, Dossier, DossierComponent, DossierFee, LogBook
from cases.models.history import DossierEvent, Reschedule, StepRun, Supplement
from cases.models.money import Payment, ReceiptCounter
from cases.models.papers import Document
from cases.models.revisions import CalendarMove, CalendarRevision, RevisionDay
from cases.models.system import Heartbeat, IdempotencyKey

__all__ = [
    "Applicant",
    "CalendarMove",
    "CalendarRevision",
    "CodeCounter",
    "Consultation",
    "Demand",
    "Document",
    "Dossier",
    "DossierComponent",
    "DossierEvent",
    "DossierFee",
    "ExcludedPeriod",
    "Extension",
    "Handover",
    "Heartbeat",
    "IdempotencyKey",
    "LogBook",
    "Payment",
    "ReceiptCounter",
    "Reschedule",
    "RevisionDay",
    "StepRun",
    "StoredPaper",
    "Supplement",
]
