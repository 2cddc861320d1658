"""Dossiers and everything that happened to them."""

from cases.models.applicants import Applicant
from cases.models.dossiers import CodeCounter, Dossier, DossierComponent, DossierFee
from cases.models.history import DossierEvent, Reschedule, StepRun, Supplement
from cases.models.money import Payment, ReceiptCounter
from cases.models.papers import Document
from cases.models.system import Heartbeat, IdempotencyKey

__all__ = [
    "Applicant",
    "CodeCounter",
    "Document",
    "Dossier",
    "DossierComponent",
    "DossierEvent",
    "DossierFee",
    "Heartbeat",
    "IdempotencyKey",
    "Payment",
    "ReceiptCounter",
    "Reschedule",
    "StepRun",
    "Supplement",
]
