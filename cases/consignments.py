"""What the public postal service carries of a dossier, for the pages that show it."""

from dataclasses import dataclass

from cases.models import Dossier, PostalEvent, PostalOrder
from cases.post_enums import POSTAL_COLOURS, PostalState


@dataclass(frozen=True, slots=True)
class Shown:
    """An order with its steps, oldest first."""

    order: PostalOrder
    steps: list[PostalEvent]

    @property
    def colour(self) -> str:
        return POSTAL_COLOURS[PostalState(self.order.state)]


def shown_of(dossier: Dossier, *, all_of_them: bool = False) -> list[Shown]:
    """What was really ordered; with `all_of_them` also what is being ordered, was refused or cancelled."""
    orders = dossier.postal_orders.prefetch_related("events")
    if not all_of_them:
        orders = orders.exclude(tracking_number=None).exclude(state=PostalState.CANCELLED)
    return [Shown(order, list(order.events.all())) for order in orders]


def tracking_number_of(dossier: Dossier) -> str:
    """Of the delivery that the post has taken on; empty when there is none."""
    found = dossier.postal_orders.filter(direction="delivery", tracking_number__isnull=False)
    found = found.exclude(state__in=[PostalState.CANCELLED, PostalState.BACK]).order_by("-pk").first()
    return found.tracking_number if found else ""
