"""How many parts of an SMS a text fills (GSM 03.38 and 03.40); pure.

A text of the GSM alphabet has 160 characters in one part, or 153 in each of several; with a single other
character, such as any Vietnamese letter with a tone, it is sent as UCS-2 with 70, or 67 in each.
"""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")  # each takes the place of two


@dataclass(frozen=True, slots=True)
class SmsSize:
    """`characters` as the encoding counts them, `segments` as the operator bills them."""

    encoding: str
    characters: int
    segments: int


def sms_size(text: str) -> SmsSize:
    if all(character in _BASIC or character in _EXTENDED for character in text):
        widths = [2 if character in _EXTENDED else 1 for character in text]
        return SmsSize("GSM-7", sum(widths), _segments(widths, 160, 153))
    widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return SmsSize("UCS-2", sum(widths), _segments(widths, 70, 67))


def _segments(widths: list[int], alone: int, each: int) -> int:
    """No character is cut in two: one that takes two places and finds only one goes into the next part."""
    if sum(widths) <= alone:
        return 1
    segments, room = 1, each
    for width in widths:
        if width > room:
            segments, room = segments + 1, each
        room -= width
    return segments
