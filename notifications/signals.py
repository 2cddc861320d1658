"""What happens to channels, for whoever listens: this application knows nobody above it."""

from django.dispatch import Signal

# channel: of `MessageChannel`; error: why it did not work, in a sentence, empty when it did. Outside transactions.
channel_answered = Signal()
