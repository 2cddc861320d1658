"""Of an electronic copy that the head has still to sign everybody outside is told just that (R36, R40, R45)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases import queries
from cases.enums import EventKind
from cases.models import PortalMessage
from cases.portal import content
from cases.public.stages import stages_of
from cases.services.results import sign_result
from tests import signing as keys
from tests.cases.certifying import counter
from tests.cases.helpers import fresh
from tests.cases.public.test_gateways import SECRET, asked_for, text
from tests.cases.verbs.test_electronic_copy import copy

__all__ = ["counter"]
pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def office(settings, tmp_path):
    keys.connect(settings, tmp_path)


def sign(entry, by) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        sign_result(fresh(entry.dossier), by=by)


def told_kinds(dossier) -> list[str]:
    return [event.kind for event in queries.owner_view(dossier.pk).history]


def test_the_owner_reads_that_the_signature_is_awaited_and_of_no_result(counter, office):
    entry = copy(counter)
    view = queries.owner_view(entry.dossier_id)
    assert view.sentence == "Your certified copy is made; the head of the agency has still to sign it."
    assert (view.awaited.of, view.awaited.who, view.awaited.what) == (
        "agency",
        "UBND phường Thử Nghiệm",
        "The head signs the copy.",
    )
    assert (view.result, view.is_ready) == (None, False)
    assert EventKind.RESULT_RECORDED not in told_kinds(entry.dossier)
    (result,) = [stage for stage in stages_of(fresh(entry.dossier)) if stage.name == "Result"]
    assert (result.at, result.is_current) == (None, True)


def test_signed_the_owner_reads_all_of_it(counter, office):
    entry = copy(counter)
    sign(entry, counter.head)
    view = queries.owner_view(entry.dossier_id)
    assert (view.sentence, view.is_ready, bool(view.result)) == ("Your result is ready.", True, True)
    assert EventKind.RESULT_RECORDED in told_kinds(entry.dossier)


def test_a_text_message_speaks_of_the_signature_and_not_of_fees(counter, office, settings):
    settings.SMS_CALLBACK_SECRET = SECRET
    entry = copy(counter)
    dossier = fresh(entry.dossier)
    assert text(asked_for(dossier)) == (
        f"Ho so {dossier.code}: ban sao dien tu da lap, cho ky so. Tai UBND phuong Thu Nghiem."
    )
    sign(entry, counter.head)
    assert "da co ket qua, moi den nhan" in text(asked_for(dossier))


def test_the_portal_hears_of_the_end_only_with_the_signature(counter, office, settings):
    settings.PORTAL_URL = "http://127.0.0.1:1"
    entry = copy(counter)

    def statuses() -> list[int]:
        told = PortalMessage.objects.filter(dossier=entry.dossier, kind="dossier")
        return list(told.order_by("number").values_list("status", flat=True))

    assert statuses() == [2, 4]
    assert content._ended(fresh(entry.dossier)) is None
    sign(entry, counter.head)
    assert statuses() == [2, 4, 9]
    assert content._ended(fresh(entry.dossier)) == fresh(entry.dossier).finished_at
