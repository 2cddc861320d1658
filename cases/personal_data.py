"""Which tables `manage.py export_person` does not tell, and why.

Every table is either told with the person whom its rows are about (see `cases.services.personal_data`) or
stands here; a test walks all models, so that a new one cannot be forgotten.
"""

NOT_TOLD = {
    "The catalogue, the calendar and the agencies: published, and about nobody.": (
        "procedures.Agency",
        "procedures.CalendarDay",
        "procedures.CalendarEdition",
        "procedures.Component",
        "procedures.DecisionCursor",
        "procedures.ElectronicSource",
        "procedures.FeeLine",
        "procedures.FeeTariff",
        "procedures.OfficeSession",
        "procedures.Procedure",
        "procedures.ProcedureForm",
        "procedures.ProcedureStep",
        "procedures.ProcedureVersion",
        "procedures.Proposal",
        "procedures.ReadyReason",
        "procedures.TimeLimit",
        "cases.CalendarRevision",
        "cases.EscalationRung",
        "cases.RevisionDay",
        "notifications.NoticeTemplate",
    ),
    "Codes, hashes and agencies of issued results, which names nobody; the result itself is told as a file.": (
        "cases.IssuedResult",
    ),
    "About people of the offices in their work, who see their own in the office's pages.": (
        "admin.LogEntry",
        "procedures.Absence",
        "procedures.Secondment",
        "procedures.Substitute",
        "cases.CashReport",
        "cases.ListColumns",
        "cases.SavedList",
        "cases.ServiceCounter",
        "cases.ServiceCounter_services",
    ),
    "Rights, sign-in and second factor; what proves somebody is given to nobody.": (
        "auth.Group",
        "auth.Group_permissions",
        "auth.Permission",
        "contenttypes.ContentType",
        "procedures.Authenticator",
        "procedures.RecoveryCode",
        "procedures.Staff_groups",
        "procedures.Staff_user_permissions",
        "cases.AccessToken",
        "cases.Webhook",
        "socialaccount.SocialApp",
    ),
    "Never written: the provider's tokens are not kept, no address is confirmed here, axes keeps no such log.": (
        "account.EmailConfirmation",
        "axes.AccessFailureLog",
        "axes.AccessLog",
        "socialaccount.SocialToken",
    ),
    "Without a name or a number by which a person could be found in it, and kept for hours only.": (
        "axes.AccessAttempt",  # the account under a hash
        "cases.AnsweredText",  # the gateway's number under a hash, the answer sealed with it
        "sessions.Session",
        "cases.IdempotencyKey",  # sealed
        "cases.QueueTicket",
        "cases.ReceptionDraft",  # encrypted; what becomes of it is told as dossier
        "cases.ListExport",  # a copy of what is told
    ),
    "Counters, and digests of rows that are told.": (
        "cases.AgencyDay",
        "cases.ArchivedDossier",
        "cases.ArchivedYear",
        "cases.AuditEntry",
        "cases.AuditHead",
        "cases.DetachedEvent",
        "cases.CodeCounter",
        "cases.ExchangeArrival",  # numbers and hashes of packages; a request is told itself
        "cases.ConnectionState",  # how calls to other systems went
        "cases.FeedbackBook",
        "cases.FieldMonth",
        "cases.FrozenDelays",  # codes of dossiers that are told
        "cases.FrozenMonth",  # figures and a digest
        "cases.Heartbeat",
        "cases.GuidanceVisits",
        "cases.KeptList",
        "cases.KeptPage",  # figures, and codes of dossiers that are told
        "cases.KeptPart",
        "cases.LogBook",
        "cases.Outage",
        "cases.PartMonth",
        "cases.PaymentDay",  # sums of a day
        "cases.QueueDay",
        "cases.QueueService",
        "cases.ReceiptCounter",
        "cases.Recount",
        "cases.ReceptionGroup",  # its name and desk are told with each of its dossiers
        "cases.RegisterBook",
        "cases.RolledUp",
        "cases.NotedSince",
        "cases.StuckAgency",
        "cases.WaitingRoom",
        "notifications.LetterRegister",
    ),
}
