"""Texts taken apart into what stays and what is another in every copy; put together again by `%`.

A piece is a text or a key: what stands there is asked for by that key. Values are ASCII and need no escaping
anywhere, so that one value serves a column, a JSON text and a seal.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from operator import itemgetter

Key = tuple
Piece = str | Key

_DATE = r"(?<!\d)(?P<iso>\d{4}-\d\d-\d\d)(?!\d)|(?<!\d)(?P<dmy>\d\d/\d\d/\d{4})(?!\d)"
# Dates further from the filing are of the law or of a paper, and belong to no life.
BEFORE, AFTER = timedelta(days=60), timedelta(days=200)


class Tokens:
    """`literals`: what stands for these texts, wherever they stand as a whole word. `filed`: the day of filing."""

    def __init__(self, literals: Mapping[str, list[Piece]], filed: date):
        self.literals, self.filed = literals, filed
        words = sorted(map(re.escape, literals), key=len, reverse=True)
        self._found = re.compile(rf"(?<!\w)(?P<word>{'|'.join(words)})(?!\w)|{_DATE}")

    def pieces(self, text: str) -> list[Piece]:
        found: list[Piece] = []
        end = 0
        for match in self._found.finditer(text):
            found += [text[end : match.start()], *self._of(match)]
            end = match.end()
        return [*found, text[end:]]

    def _of(self, match: re.Match) -> list[Piece]:
        if match["word"]:
            return self.literals[match["word"]]
        form = "iso" if match["iso"] else "dmy"
        day = _day(match[form], form)
        if day is None or not self.filed - BEFORE <= day <= self.filed + AFTER:
            return [match[0]]
        return [(form, day)]


def _day(text: str, form: str) -> date | None:
    try:
        return date.fromisoformat(text if form == "iso" else "-".join(reversed(text.split("/"))))
    except ValueError:
        return None


def in_copy(pieces: Iterable[Piece]) -> list[Piece]:
    """As a column of COPY in its text format."""
    return [_map(piece, _copy_text) for piece in pieces]


def in_ascii(pieces: Iterable[Piece]) -> list[Piece]:
    """JSON text as `onestop.encryption.canonical` writes it."""
    return [_map(piece, _ascii_text) for piece in pieces]


def _map(piece: Piece, change: Callable[[str], str]) -> Piece:
    return change(piece) if isinstance(piece, str) else piece


def _copy_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _ascii_text(text: str) -> str:
    return re.sub(r"[^\x00-\x7e]", lambda match: json.dumps(match[0])[1:-1], text)


class Form:
    """Pieces with the places of their keys: `form(values)` is the text."""

    __slots__ = ("_places", "_text")

    def __init__(self, pieces: Iterable[Piece], place_of: Mapping[Key, int]):
        pieces = [piece for piece in pieces if piece != ""]
        self._text = "".join(piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces)
        places = [place_of[piece] for piece in pieces if not isinstance(piece, str)]
        # `itemgetter` of one place gives no tuple, and of none nothing at all; a text cut to nothing costs little.
        self._places = itemgetter(*places, *places[:1]) if len(places) == 1 else itemgetter(*places)
        if len(places) == 1:
            self._text += "%.0s"

    def __call__(self, values) -> str:
        return self._text % self._places(values)
