"""The head of an official form as plain data; pure.

Which form of which set is used, and what it is called, knows the caller (T6): a letter that is printed
again in ten years carries the form of the day on which it was issued.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """One form (mẫu) of one circular; without number it stands under its title alone.

    `paper` is `a4` or `a5`. `asks_for_extension`: the apology also proposes the extension.
    """

    number: str
    title: str
    circular: str
    paper: str
    asks_for_extension: bool = False
