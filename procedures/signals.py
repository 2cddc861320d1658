"""What happens in the catalogue and concerns promises that were already given."""

from django.dispatch import Signal

# Days or opening hours changed outside a calendar revision. Arguments: `agency` (None = the country),
# `reason` (one sentence). Sent inside the transaction of the change, so that both are kept or neither.
calendar_changed = Signal()
