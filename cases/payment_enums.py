"""States and verdicts of online payments, with labels and colours; pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OnlinePaymentState(TextChoices):
    """Where an order of the payment platform stands."""

    CREATED = "created", _("To be paid")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Not paid")
    EXPIRED = "expired", _("Expired")
    REFUNDED = "refunded", _("Paid back by the platform")


ONLINE_PAYMENT_COLOURS = {
    OnlinePaymentState.CREATED: "info",
    OnlinePaymentState.PAID: "success",
    OnlinePaymentState.FAILED: "default",
    OnlinePaymentState.EXPIRED: "default",
    OnlinePaymentState.REFUNDED: "warning",
}
# The money came; it cannot come again.
WITH_MONEY = frozenset({OnlinePaymentState.PAID, OnlinePaymentState.REFUNDED})


class PlatformKind(TextChoices):
    """Whose platform it is: the portal tells the two apart (DuocThanhToanTrucTuyen 1 and 2)."""

    NATIONAL = "national", _("of the National Public Service Portal")
    LOCAL = "local", _("of the province")


class NoticeSource(TextChoices):
    """Who said how an order stands."""

    NOTICE = "notice", _("Notice of the platform")
    STATUS = "status", _("Answer to our question")
    STATEMENT = "statement", _("Statement of the day")


class NoticeVerdict(TextChoices):
    """What became of it."""

    TAKEN = "taken", _("Taken")
    LATE = "late", _("Taken after the order had expired")
    OVERPAID = "overpaid", _("Taken, more than was owed")
    REPEATED = "repeated", _("Known already")
    NOT_PAID = "not_paid", _("Says that it was not paid")
    FORGED = "forged", _("Not signed by the platform")
    UNREADABLE = "unreadable", _("Cannot be read")
    NOT_OURS = "not_ours", _("For another receiver")
    UNKNOWN_ORDER = "unknown_order", _("No such order here")
    WRONG_AMOUNT = "wrong_amount", _("Another amount than ordered")
    OTHER_TRANSACTION = "other_transaction", _("Paid a second time, or the transaction of another order")


# Money may have moved although nothing was entered: somebody has to look.
FOR_A_PERSON = frozenset(
    {NoticeVerdict.UNKNOWN_ORDER, NoticeVerdict.WRONG_AMOUNT, NoticeVerdict.OTHER_TRANSACTION}
)
# What anybody can send to the open address; kept for a while only.
OF_ANYBODY = frozenset({NoticeVerdict.FORGED, NoticeVerdict.UNREADABLE, NoticeVerdict.NOT_OURS})


class RefundState(TextChoices):
    """Where paying back by the platform stands."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Paid back")
    REFUSED = "refused", _("Refused by the platform")


class DifferenceKind(TextChoices):
    """In what our books and the platform's differ."""

    PAID_THERE = "paid_there", _("Paid there, not entered here")
    UNKNOWN_THERE = "unknown_there", _("Paid there for an order that is not ours")
    PAID_HERE = "paid_here", _("Entered here, not in their statement")
    AMOUNT = "amount", _("Another amount")
    TRANSACTION = "transaction", _("Another transaction number")
    REFUND_THERE = "refund_there", _("Paid back there, not here")
    REFUND_HERE = "refund_here", _("Paid back here, not in their statement")


WHAT_TO_DO = {
    DifferenceKind.PAID_THERE: _(
        "The order is of another amount, or was paid twice. Ask the platform, then pay back."
    ),
    DifferenceKind.UNKNOWN_THERE: _("Ask the platform whose payment it is; have it paid back there."),
    DifferenceKind.PAID_HERE: _(
        "Compare with the statement of the next day; then ask the platform for a proof."
    ),
    DifferenceKind.AMOUNT: _(
        "Ask the platform; what was paid too much is paid back, what is missing is owed."
    ),
    DifferenceKind.TRANSACTION: _("Ask the platform which of the two transactions it carried out."),
    DifferenceKind.REFUND_THERE: _(
        "Ask who had it paid back; then pay back here as well, on the page of the dossier."
    ),
    DifferenceKind.REFUND_HERE: _("Compare with the next day; then have the refund sent again."),
}
