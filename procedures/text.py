"""Folding of Vietnamese text for searches; pure."""

import unicodedata


def fold(text: str) -> str:
    """Lower case without accents, `đ` as `d`, blanks squeezed: `Khai  SINH` and `khai sinh` are one."""
    # đ is a letter of its own in Unicode: decomposing does not take its stroke off.
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())
