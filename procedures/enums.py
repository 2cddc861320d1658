"""Choices of the catalogue; pure, no database."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What an account is there for (DESIGN: roles)."""

    CLERK = "clerk", _("Reception-desk clerk")
    OFFICER = "officer", _("Processing officer")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENCY_ADMIN = "agency_admin", _("Agency administrator")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    AUDITOR = "auditor", _("Auditor")
    INTEGRATION = "integration", _("Integration")
    POSTAL_CLERK = "postal_clerk", _("Postal clerk at the desk")
    CITIZEN = "citizen", _("Citizen")  # files online; no member of staff and of no agency


# Who works at a reception desk: a clerk, or the post's own clerk who stands in for one (DESIGN: roles).
DESK_ROLES = frozenset({Role.CLERK, Role.POSTAL_CLERK})
STAFF_ROLES = tuple(role for role in Role if role != Role.CITIZEN)
STAFF_ROLE_CHOICES = tuple((role.value, role.label) for role in STAFF_ROLES)


class AgencyKind(TextChoices):
    PROVINCE = "province", _("Province")
    CENTRE = "centre", _("Public administration service centre")
    DEPARTMENT = "department", _("Department")
    COMMUNE = "commune", _("Ward or commune")
    OTHER = "other", _("Other agency")


class Level(TextChoices):
    """Who decides, in the two-tier order since 01/7/2025."""

    COMMUNE = "commune", _("Commune level")
    PROVINCE = "province", _("Province level")
    MINISTRY = "ministry", _("Ministry level")


class ServiceLevel(TextChoices):
    """How far a procedure goes online (Decree 42/2022, Decree 224/2026)."""

    FULL = "full", _("Fully online")
    PARTIAL = "partial", _("Partly online")
    INFORMATION = "information", _("Information only")
    UNKNOWN = "", _("Not known")


class VersionStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class Subject(TextChoices):
    CITIZEN = "citizen", _("Citizen")
    ORGANISATION = "organisation", _("Organisation")
    BUSINESS = "business", _("Business")


class Channel(TextChoices):
    """How a dossier is filed (Decree 61/2018 Art 16)."""

    DESK = "desk", _("At the desk")
    POST = "post", _("By post")
    ONLINE = "online", _("Online")


class LimitUnit(TextChoices):
    """Unit of a time limit; *ngày* alone is a calendar day (T13)."""

    WORKING_DAY = "working_day", _("working days")
    CALENDAR_DAY = "calendar_day", _("calendar days")
    WORKING_HOUR = "working_hour", _("working hours")
    SAME_DAY = "same_day", _("within the day")
    IMMEDIATE = "immediate", _("at once")


class ExtensionMode(TextChoices):
    """How an extension counts (R26)."""

    ADD = "add", _("added to the limit")
    REPLACE = "replace", _("counted from reception instead of the limit")
    AGREED = "agreed", _("date agreed in writing")


class FeeKind(TextChoices):
    FEE = "fee", _("Fee (phí)")
    CHARGE = "charge", _("Charge (lệ phí)")


class FeeChannel(TextChoices):
    ANY = "any", _("Any channel")
    DESK = "desk", _("At the desk")
    ONLINE = "online", _("Online")


class FeeRule(TextChoices):
    FIXED = "fixed", _("Fixed")
    PER_CASE = "per_case", _("Per case")
    PER_COPY = "per_copy", _("Per copy")
    PER_PAGE = "per_page", _("Per page")
    SET_BY_PROVINCE = "set_by_province", _("Set by the province")


class DayKind(TextChoices):
    """Why a day is special in the calendar (Labour Code Arts 111–112, yearly notices)."""

    NEW_YEAR = "new_year", _("New Year")
    TET = "tet", _("Tết")
    HUNG_KINGS = "hung_kings", _("Hùng Kings' Day")
    VICTORY_DAY = "victory_day", _("Victory Day")
    LABOUR_DAY = "labour_day", _("Labour Day")
    NATIONAL_DAY = "national_day", _("National Day")
    NATIONAL_DAY_ADJACENT = "national_day_adjacent", _("Day next to National Day")
    CULTURE_DAY = "culture_day", _("Vietnam Culture Day")
    COMPENSATORY = "compensatory", _("Compensatory day")
    SWAP_OFF = "swap_off", _("Day off, swapped")
    SWAP_WORKED = "swap_worked", _("Saturday worked instead")
    OTHER = "other", _("Other")


class RegisterKind(TextChoices):
    """Which yearly register a certification or extract is entered in (sổ chứng thực, sổ trích lục)."""

    COPIES = "copies", _("Register of certified copies")
    SIGNATURES = "signatures", _("Register of certified signatures")
    CONTRACTS = "contracts", _("Register of certified contracts")
    EXTRACTS = "extracts", _("Register of extracts")


class DecisionKind(TextChoices):
    """What a publication decision does to a procedure (công bố mới, sửa đổi, thay thế, bãi bỏ)."""

    NEW = "new", _("New procedure")
    AMENDED = "amended", _("Amended")
    REPLACED = "replaced", _("Replaces another one")
    ABOLISHED = "abolished", _("Abolished")


class ProposalState(TextChoices):
    """What became of one procedure of a publication decision here."""

    WAITING = "waiting", _("Waiting for a decision")
    ACCEPTED = "accepted", _("Accepted into the catalogue")
    REJECTED = "rejected", _("Rejected")
    BROKEN = "broken", _("Cannot be read")
    OUTDATED = "outdated", _("Outdated by a newer text")


class ReasonUse(TextChoices):
    """Where a ready reason is offered."""

    SUPPLEMENT = "supplement", _("Asking for what is missing")
    REFUSAL = "refusal", _("Refusing to receive")
    RESULT = "result", _("Refusing on substance")


# What fees and limits may depend on, as it is asked for; a catalogue may name further ones.
QUANTITY_LABELS = {
    "pages": _("Pages of one copy"),
    "copies": _("Copies"),
    "quantity": _("Number of cases"),
    "documents": _("Number of documents"),
    "signatures": _("Number of signatures"),
}
