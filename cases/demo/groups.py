"""Groups in the demonstration: a village of whom everybody wants the same, one person who wants several things."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cases import services
from cases.demo.lives import Life
from cases.demo.stories import Story
from cases.enums import GroupKind
from cases.services.groups import GroupRow


@dataclass(frozen=True)
class Party:
    """Stories that begin together, at one moment and one desk."""

    kind: GroupKind
    name: str
    stories: list[Story]


class GroupVisit:
    """Told like a life: all are received in one go, then each dossier goes its own way."""

    def __init__(self, party: Party, lives: list[Life]):
        self.party = party
        self.lives = lives

    def live(self) -> Iterator[datetime]:
        first = self.lives[0].story
        yield first.filed_at
        rows = [self._row(place, life) for place, life in enumerate(self.lives, start=1)]
        _group, dossiers = services.receive_group(
            rows, kind=self.party.kind, name=self.party.name, desk=first.desk.agency, by=first.desk.clerk
        )
        for life, dossier in zip(self.lives, dossiers, strict=True):
            life.dossier = dossier
        yield from heapq.merge(*(life.after_reception() for life in self.lives))

    def _row(self, place: int, life: Life) -> GroupRow:
        story = life.story
        return GroupRow(
            str(place),
            story.version.procedure,
            story.applicant,
            life.components(),
            {
                "competent_agency": story.decides.agency,
                "fee": life.fee(),
                "limit": story.limit,
            },
        )
