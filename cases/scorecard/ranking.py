"""The order of agencies by their scores (xếp hạng); pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one stands: equal scores share a place; without a score there is none, and it stands last.

    `rise`: points more than in the period before; None when one of the two is not known. `climbed`: places
    gained since then.
    """

    key: str
    place: int | None
    score: Decimal | None
    rise: Decimal | None = None
    climbed: int | None = None


def ranking(
    scores: Mapping[str, Decimal | None], before: Mapping[str, Decimal | None] | None = None
) -> list[Standing]:
    """The best first, equals by their key."""
    before = before or {}
    places, old_places = _places(scores), _places(before)
    found = []
    for key in sorted(scores, key=lambda key: (places.get(key, len(scores) + 1), key)):
        score, old = scores[key], before.get(key)
        known = score is not None and old is not None
        found.append(
            Standing(
                key,
                places.get(key),
                score,
                score - old if known else None,
                old_places[key] - places[key] if known else None,
            )
        )
    return found


def _places(scores: Mapping[str, Decimal | None]) -> dict[str, int]:
    known = [score for score in scores.values() if score is not None]
    return {
        key: 1 + sum(other > score for other in known) for key, score in scores.items() if score is not None
    }
