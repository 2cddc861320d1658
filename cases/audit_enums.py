"""Words of the audit; pure, no database."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AuditBasis(TextChoices):
    """Why the chain of the audit takes a row of the history for genuine."""

    SEALED = "sealed"  # its seal fits
    ADOPTED = "adopted"  # was there before the chain began
    BROKEN = "broken"  # changed or put in before it could be chained: chained all the same, as evidence


class ReadKind(TextChoices):
    """What personal data somebody looked at."""

    DOSSIER = "dossier", _("Dossier")
    DOCUMENT = "document", _("Document or form")
    LIST = "list", _("List")
    PERSON = "person", _("Search for a person")
    EXPORT = "export", _("Export")
    MESSAGE = "message", _("Letter or message")
    LOOKUP = "lookup", _("Look-up with proof")
    AUDIT = "audit", _("Record of access")
