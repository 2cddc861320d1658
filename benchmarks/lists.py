"""Line 5: the list of dossiers of an agency in a state, first and hundredth page, among many and among few.

Rounds on both databases follow each other. The number of queries is the same for every page of every size; it
stands in `query_budget.json`.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils.http import urlencode

from benchmarks.databases import Databases
from benchmarks.measure import Goal, Result, compared, rounds_of
from cases.enums import State
from cases.models import Dossier
from procedures.enums import Role
from procedures.models import Staff

ROUNDS = 9
FAR_PAGE = 100
GOAL = Goal(1.2, of_ratio=True)
BUDGET = Path(__file__).parent / "query_budget.json"


class _Asked:
    """One database and who asks it."""

    def __init__(self, databases: Databases, name: str, state: str):
        self.databases, self.name = databases, name
        with databases.on(name):
            in_state = Dossier.objects.filter(state=state).order_by()
            most = in_state.values("competent_agency").annotate(many=Count("pk")).order_by("-many").first()
            person = Staff.objects.filter(role=Role.SUPERVISOR, is_active=True, agency__parent=None).first()
            self.client = Client(headers={"accept-language": settings.LANGUAGE_CODE})
            self.client.force_login(person)
            mine = Dossier.objects.of_agencies_of(person).filter(competent_agency=most["competent_agency"])
            identifier = mine.values_list("competent_agency__identifier", flat=True)[0]
            self.pages = list(self._pages(identifier, state))

    def _pages(self, identifier: str, state: str) -> Iterator[str]:
        """The addresses of the first page and of the one behind ninety-nine others, or of the last."""
        address = (
            f"{reverse('admin:cases_dossier_changelist')}?{urlencode({'agency': identifier, 'state': state})}"
        )
        yield address
        far = address
        for _number in range(FAR_PAGE - 1):
            following = self._answer(far).context_data["cl"].next_page
            if not following:
                break
            far = address.partition("?")[0] + following
        yield far

    def _answer(self, address: str):
        answer = self.client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answers {answer.status_code}")
        return answer

    def ask(self, page: int) -> None:
        with self.databases.on(self.name):
            self._answer(self.pages[page])

    def queries(self, page: int) -> int:
        with self.databases.on(self.name), CaptureQueriesContext(connection) as found:
            self._answer(self.pages[page])
        return len(found)


def lists(databases: Databases, small: str, large: str) -> Iterator[Result]:
    with override_settings(ALLOWED_HOSTS=["testserver"], DEBUG=False):
        few, many = (_Asked(databases, name, State.RETURNED) for name in (small, large))
        budget = json.loads(BUDGET.read_text())
        for number, name in enumerate(("first page", "hundredth page")):
            one = lambda number=number: many.ask(number)  # noqa: E731 - pairs of the same
            other = lambda number=number: few.ask(number)  # noqa: E731
            took = rounds_of([one, other], rounds=ROUNDS)
            counted = {asked.queries(number) for asked in (few, many)}
            allowed = budget[f"dossier list, {name}"]
            yield compared(
                f"dossier list of an agency and state, {name}: among few",
                *took,
                "ms",
                GOAL,
                scale=1000,
                note=f"{max(counted)} queries, {allowed} allowed",
            )
            assert max(counted) <= allowed, (name, counted, allowed)
