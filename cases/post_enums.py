"""States and events of orders to the public postal service, with labels and colours; pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PostalDirection(TextChoices):
    """What the post is asked to carry."""

    PICK_UP = "pick_up", _("Papers from the applicant")
    DELIVERY = "delivery", _("Result to the applicant")


class PostalState(TextChoices):
    """Where an order stands; but for the first and the last these are what the post tells."""

    SENDING = "sending", _("Being ordered")
    ORDERED = "ordered", _("Ordered")
    ON_THE_WAY = "on_the_way", _("On the way")
    DELIVERED = "delivered", _("Delivered")
    BACK = "back", _("Not delivered, goes back")
    CANCELLED = "cancelled", _("Cancelled")
    REFUSED = "refused", _("Refused by the post")


POSTAL_COLOURS = {
    PostalState.SENDING: "default",
    PostalState.ORDERED: "info",
    PostalState.ON_THE_WAY: "primary",
    PostalState.DELIVERED: "success",
    PostalState.BACK: "danger",
    PostalState.CANCELLED: "default",
    PostalState.REFUSED: "danger",
}
# Something is still expected of the post.
OPEN_POSTAL = frozenset({PostalState.SENDING, PostalState.ORDERED, PostalState.ON_THE_WAY})
# Nothing reaches the receiver any more, whatever is still told.
ENDED_POSTAL = frozenset({PostalState.BACK, PostalState.CANCELLED})


class PostalStep(TextChoices):
    """What may happen to a consignment."""

    ACCEPTED = "accepted", _("Order accepted")
    PICKED_UP = "picked_up", _("Picked up")
    IN_TRANSIT = "in_transit", _("On the way")
    OUT_FOR_DELIVERY = "out_for_delivery", _("Out for delivery")
    ATTEMPT_FAILED = "attempt_failed", _("Nobody was met")
    DELIVERED = "delivered", _("Delivered")
    COD_COLLECTED = "cod_collected", _("Fee collected")
    RETURNED = "returned", _("Goes back to the sender")
    CANCELLED = "cancelled", _("Cancelled")


# Where each leads; what comes later in time decides, whatever arrived later.
LEADS_TO = {
    PostalStep.ACCEPTED: PostalState.ORDERED,
    PostalStep.PICKED_UP: PostalState.ON_THE_WAY,
    PostalStep.IN_TRANSIT: PostalState.ON_THE_WAY,
    PostalStep.OUT_FOR_DELIVERY: PostalState.ON_THE_WAY,
    PostalStep.ATTEMPT_FAILED: PostalState.ON_THE_WAY,
    PostalStep.DELIVERED: PostalState.DELIVERED,
    PostalStep.RETURNED: PostalState.BACK,
    PostalStep.CANCELLED: PostalState.CANCELLED,
}
