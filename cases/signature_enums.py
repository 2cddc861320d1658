"""Words for what signatures inside files are worth; the values are those of `notifications.pdf_signatures`."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from notifications import pdf_signatures as found


class Integrity(TextChoices):
    """Whether the file still is what was signed."""

    INTACT = found.INTACT, _("Unchanged since it was signed")
    ADDED_TO = found.ADDED_TO, _("Unchanged; only signatures or time stamps were added")
    CHANGED = found.CHANGED, _("CHANGED after it was signed")
    BROKEN = found.BROKEN, _("The signature does NOT fit this file")
    UNJUDGED = found.UNJUDGED, _("Whether it fits this file could not be judged")


class Trust(TextChoices):
    """Whether somebody whom this office trusts says who signed."""

    TRUSTED = found.TRUSTED, _("Certified by a trusted authority")
    UNTRUSTED = found.UNTRUSTED, _("NOT certified by a trusted authority")
    NO_ROOTS = found.NO_ROOTS, _("Who certified it cannot be checked: no authority is configured")
    ENDED = found.ENDED, _("The certificate had ended before the file came; when it was signed is not proven")


class Revocation(TextChoices):
    """Whether the certificate was revoked, as far as the file itself tells."""

    NOT_REVOKED = found.NOT_REVOKED, _("Not revoked, by the authority's word in the file")
    REVOKED = found.REVOKED, _("The certificate was REVOKED")
    UNKNOWN = found.UNKNOWN, _("Whether it was revoked cannot be known without asking the authority")


class SignatureFault(TextChoices):
    """Why nothing can be said about the signatures of a file."""

    UNREADABLE = found.UNREADABLE, _("they are broken")
    ENCRYPTED = found.ENCRYPTED, _("the file is protected by a password")
    TOO_MUCH = found.TOO_MUCH, _("looking at them took too much time or memory")
    LOST = "lost", _("the file is not there")
