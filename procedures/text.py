"""Vietnamese text tidied for a register, and folded for searches; pure."""

import unicodedata

JOINERS = "\u200c\u200d"  # not seen either, but names in some scripts are spelt with them


def one_line(text: str) -> str:
    """One blank between words, one way of writing each accent, and nothing that cannot be seen.

    Marks that turn the direction of reading would make a register say something else than it holds.
    """
    kept = (
        " " if unicodedata.category(sign) == "Cc" else sign
        for sign in unicodedata.normalize("NFC", text)
        if sign in JOINERS or unicodedata.category(sign) not in {"Cf", "Cs"}
    )
    return " ".join("".join(kept).split())


def fold(text: str) -> str:
    """Lower case without accents, `đ` as `d`, blanks squeezed: `Khai  SINH` and `khai sinh` are one."""
    # đ is a letter of its own in Unicode: decomposing does not take its stroke off.
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())
