"""Why a letter or a message was not moved: sentences for the person who reads them.

Each error has a stable `code` for programs and a translated sentence: what happened, what to do.
"""

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _


class NotificationError(Exception):
    """Something was refused; nothing was changed. `field` names the value that is wrong, if one is."""

    code = "refused"
    field = ""
    default_sentence = _("This is not possible.")

    def __init__(self, sentence=None):
        self.sentence = sentence or self.default_sentence
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class LetterNotPossibleNow(NotificationError):
    """The letter is in a state in which this makes no sense, perhaps because somebody was faster."""

    code = "letter_not_possible_now"

    def __init__(self, letter, verb):
        super().__init__(
            _t("“%(verb)s” is not possible now: the letter about %(reference)s is in the state “%(state)s”.")
            % {"verb": verb, "reference": letter.reference, "state": letter.get_state_display()}
        )


class MessageNotPossibleNow(NotificationError):
    """The message is in a state in which this makes no sense."""

    code = "message_not_possible_now"

    def __init__(self, message, verb):
        super().__init__(
            _t("“%(verb)s” is not possible now: the message is in the state “%(state)s”.")
            % {"verb": verb, "state": message.get_state_display()}
        )


class ReasonMissing(NotificationError):
    """The reason is empty; the law wants it in the letter (Decree 61/2018 Art 19.9)."""

    code = "reason_missing"
    field = "reason"
    default_sentence = _("The reason is missing. Write in a sentence or two why, as the reader shall see it.")


class ReasonTooLong(NotificationError):
    """The reason would push the signature off the page."""

    code = "reason_too_long"
    field = "reason"

    def __init__(self, *, limit: int):
        super().__init__(_t("The reason is too long. Shorten it to %(limit)d characters.") % {"limit": limit})


class NewDateMissing(NotificationError):
    """The new due date is missing (Decree 61/2018 Art 19.9)."""

    code = "new_date_missing"
    field = "new_due_at"
    default_sentence = _("The new return date is missing. Choose the day and hour that the letter promises.")


class SignatureMissing(NotificationError):
    """Nobody signs."""

    code = "signature_missing"
    field = "by"
    default_sentence = _("The signature is missing. Name the head of the agency who signs the letter.")


class RecipientMissing(NotificationError):
    """A message to nobody."""

    code = "recipient_missing"
    field = "recipient"
    default_sentence = _("The message has no recipient. Give an e-mail address or a telephone number.")


class LetterFileDamaged(NotificationError):
    """The stored PDF is not there or not the one that was issued."""

    code = "letter_file_damaged"
    default_sentence = _(
        "The file of this letter is missing or was changed after it was issued. Restore it from the backup."
    )


class SigningFailed(NotificationError):
    """The digital signature could not be made or checked; nothing was issued. Each cause has its own sentence."""

    code = "signing_failed"


class SignedForAnother(Exception):
    """What was signed beforehand is not what is issued now: somebody took its number. No sentence: sign again."""


class WordTemplateBroken(NotificationError):
    """An office's own Word template cannot be used."""

    code = "word_template_broken"

    def __init__(self, name: str, *, detail: str):
        super().__init__(
            _t(
                "The Word template “%(name)s” cannot be used: %(detail)s. Repair it, or take it out of the "
                "folder of the office's own templates; the built-in one is used then."
            )
            % {"name": name, "detail": detail.rstrip(".")}
        )


class DeliveryFailed(NotificationError):
    """A channel did not take a message. `unreachable`: nothing else can go this way at the moment.

    `refused`: the channel works, and said no to this one.
    """

    code = "delivery_failed"

    def __init__(self, sentence, *, unreachable: bool = False, refused: bool = False):
        super().__init__(sentence)
        self.unreachable, self.refused = unreachable, refused


class TextMissing(NotificationError):
    """A text of a notice without words."""

    code = "text_missing"
    default_sentence = _("This text is empty. Write what the applicant shall read.")

    def __init__(self, field: str):
        self.field = field
        super().__init__()


class TextTooLong(NotificationError):
    """A text of a notice that nobody would read to its end."""

    code = "text_too_long"

    def __init__(self, field: str, *, limit: int):
        self.field = field
        super().__init__(_t("This text is too long. Shorten it to %(limit)d characters.") % {"limit": limit})


class PlaceholderUnknown(NotificationError):
    """Something in braces that is no placeholder of the event; `names` as they were written."""

    code = "placeholder_unknown"

    def __init__(self, field: str, names: list[str]):
        self.field, self.names = field, names
        sentence = _t(
            "This is no placeholder of this event: %(names)s. Take one from the list beside the text; a brace "
            "as a character is written twice."
        )
        super().__init__(sentence % {"names": ", ".join(names)})


class PlaceholderMissing(NotificationError):
    """The law wants every notice to say this."""

    code = "placeholder_missing"

    def __init__(self, field: str, names: list[str]):
        self.field, self.names = field, names
        sentence = _t("The law wants every notice to say this too: %(names)s. Put it into the text.")
        super().__init__(sentence % {"names": ", ".join(names)})


class SomebodyWasFaster(NotificationError):
    """Two people edited the same text of a notice."""

    code = "somebody_was_faster"
    default_sentence = _(
        "Somebody else has saved this text in the meantime. Open it anew, see what was changed, and edit that."
    )
