"""How the signature of a letter is shown: signed by hand, or what the digital one is worth now."""

from django.utils.translation import gettext as _

from cases.admin.shown import badge
from notifications.errors import NotificationError
from notifications.models import Letter
from notifications.services.letters import signature_of


def signature_badge(letter: Letter):
    """Empty before the letter is issued."""
    if not letter.number:
        return ""
    try:
        verdict = signature_of(letter)
    except NotificationError as error:
        return badge(error.sentence, "danger")
    if verdict is None:
        return badge(_("signed by hand"), "info")
    if not verdict.is_intact or not verdict.covers_all:
        return badge(_("the file was changed after it was signed"), "danger")
    if verdict.is_trusted is None:
        return badge(_("intact; no authorities are configured to trust"), "warning")
    if not verdict.is_trusted:
        return badge(_("intact, but the certificate is not trusted"), "warning")
    return badge(_("signature holds"), "success")
