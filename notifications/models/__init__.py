from notifications.models.letters import Letter
from notifications.models.messages import Message, MessageAttempt, MessageReport, MessageTurn
from notifications.models.register import LetterRegister
from notifications.models.templates import NoticeTemplate

__all__ = [
    "Letter",
    "LetterRegister",
    "Message",
    "MessageAttempt",
    "MessageReport",
    "MessageTurn",
    "NoticeTemplate",
]
