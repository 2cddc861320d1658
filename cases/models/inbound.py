"""Messages that come in from telephones: only which ones were answered, and for a while what."""

from django.db import models


class AnsweredText(models.Model):
    """An inbound message by the gateway's own number for it, so that a repeat is answered once.

    Neither the telephone nor the text is kept; the answer is sealed under that number, of which only the hash is.
    """

    key_hash = models.CharField(max_length=64, unique=True)
    sealed_answer = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # What is forgotten every hour.
        indexes = [models.Index(fields=["created_at"], name="answered_text_age")]

    def __str__(self) -> str:
        return self.key_hash[:8]
