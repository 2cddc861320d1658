"""Whole numbers in addresses and forms, read without trusting them."""

MOST_DIGITS = 18  # fits the database's integers; and Python itself refuses to read some thousands


def whole_number(text: str | None) -> int | None:
    """The number from 0 on that is written in plain digits; None for anything else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None
