"""Dossiers and everything that happened to them."""

from cases.models.accounts import CitizenAccount
from cases.models.applicants import Applicant
from cases.models.archive import ArchivedDossier, ArchivedYear, DetachedEvent
from cases.models.audit import AuditEntry, AuditHead, ReadAccess
from cases.models.clock import ExcludedPeriod, Extension, Replaced, ReplacedMoment
from cases.models.connections import ConnectionState
from cases.models.cooperation import Consultation, Handover
from cases.models.demands import Demand, StoredPaper
from cases.models.desk_work import (
    ExportForm,
    ListColumns,
    ListExport,
    ReceptionDraft,
    ReceptionGroup,
    SavedList,
)
from cases.models.dossiers import Dossier, DossierComponent
from cases.models.escalation import Escalation, EscalationRung, Outage
from cases.models.exchange import ExchangeArrival, ExchangedFile, ExchangeMessage, IncomingRequest
from cases.models.feedback import Feedback, FeedbackBook, FeedbackFile, FeedbackStep
from cases.models.history import DossierEvent, Reschedule, StepRun, Supplement
from cases.models.inbound import AnsweredText
from cases.models.kept_parts import KeptList, KeptPage, KeptPart
from cases.models.log_books import CodeCounter, LogBook
from cases.models.money import CashReport, DossierFee, FeeWaiver, Payment, ReceiptCounter
from cases.models.notice_changes import NoticeChange
from cases.models.online import OnlineDraft, OnlineFiling, OnlineUpload
from cases.models.online_payments import (
    OnlinePayment,
    OnlineRefund,
    PaymentDay,
    PaymentDifference,
    PaymentNotice,
)
from cases.models.papers import Document
from cases.models.population import PopulationLookup
from cases.models.portal import PortalDifference, PortalDossier, PortalFile, PortalFiling, PortalMessage
from cases.models.post import PostalEvent, PostalOrder
from cases.models.put_back import ResultHandIn
from cases.models.ratings import AnswerRating, Rating, RatingProof, RatingScore, SupplementAnswer
from cases.models.registers import RegisterBook, RegisterEntry
from cases.models.revisions import CalendarMove, CalendarRevision, RevisionDay
from cases.models.rollups import (
    AgencyDay,
    FieldMonth,
    FrozenDelays,
    FrozenMonth,
    OfficerDay,
    PartMonth,
    Recount,
    RolledUp,
)
from cases.models.signatures import DocumentSignature, IssuedResult, SignatureCheck
from cases.models.store_lookups import StoreLookup
from cases.models.system import Heartbeat, IdempotencyKey, NotedSince, StuckAgency, StuckDossier
from cases.models.tickets import QueueDay, QueueService, QueueTicket, ServiceCounter, WaitingRoom
from cases.models.tokens import AccessToken
from cases.models.visits import GuidanceVisits
from cases.models.webhooks import Webhook, WebhookAttempt, WebhookDelivery

__all__ = [
    "AccessToken",
    "AgencyDay",
    "Applicant",
    "ArchivedDossier",
    "ArchivedYear",
    "AuditEntry",
    "AuditHead",
    "CalendarMove",
    "CalendarRevision",
    "CashReport",
    "CitizenAccount",
    "CodeCounter",
    "ConnectionState",
    "Consultation",
    "Demand",
    "Document",
    "DetachedEvent",
    "DocumentSignature",
    "Dossier",
    "DossierComponent",
    "DossierEvent",
    "DossierFee",
    "Escalation",
    "EscalationRung",
    "ExchangeArrival",
    "ExchangeMessage",
    "ExchangedFile",
    "ExcludedPeriod",
    "ExportForm",
    "Extension",
    "FeeWaiver",
    "Feedback",
    "FeedbackBook",
    "FeedbackFile",
    "FeedbackStep",
    "FieldMonth",
    "FrozenDelays",
    "FrozenMonth",
    "Handover",
    "GuidanceVisits",
    "Heartbeat",
    "IdempotencyKey",
    "IncomingRequest",
    "IssuedResult",
    "KeptList",
    "KeptPage",
    "KeptPart",
    "ListColumns",
    "ListExport",
    "LogBook",
    "NotedSince",
    "NoticeChange",
    "OfficerDay",
    "OnlineDraft",
    "OnlineFiling",
    "OnlinePayment",
    "OnlineRefund",
    "OnlineUpload",
    "Outage",
    "PartMonth",
    "Payment",
    "PortalDifference",
    "PortalDossier",
    "PortalFile",
    "PortalFiling",
    "PortalMessage",
    "PaymentDay",
    "PaymentDifference",
    "PaymentNotice",
    "PostalEvent",
    "PostalOrder",
    "PopulationLookup",
    "QueueDay",
    "QueueService",
    "QueueTicket",
    "ReadAccess",
    "Rating",
    "AnswerRating",
    "AnsweredText",
    "RatingProof",
    "RatingScore",
    "ReceiptCounter",
    "ReceptionDraft",
    "ReceptionGroup",
    "Recount",
    "RegisterBook",
    "RegisterEntry",
    "Replaced",
    "ReplacedMoment",
    "Reschedule",
    "RevisionDay",
    "ResultHandIn",
    "RolledUp",
    "SavedList",
    "ServiceCounter",
    "SignatureCheck",
    "StepRun",
    "StoreLookup",
    "StoredPaper",
    "StuckAgency",
    "StuckDossier",
    "Supplement",
    "SupplementAnswer",
    "WaitingRoom",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
]
