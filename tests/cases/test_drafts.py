"""Drafts of receptions: kept for their clerk, ended by their dossier, forgotten after a day."""

import pytest

from cases import services
from cases.errors import Invalid, NotPermitted
from cases.models import ReceptionDraft
from cases.services.drafts import drafts_of, idempotency_key
from cases.services.idempotency import once
from cases.tasks import forget_old_drafts

TYPED = {"full_name": ["Trần Văn Thử"], "phone": ["0900000009"]}


def keep(world, key="a1", by=None, **changes):
    return services.keep_draft(
        key, world.free, {**TYPED, **changes}, by=by or world.clerk, label="Trần Văn Thử"
    )


def test_what_was_typed_is_kept_under_the_number_of_its_page(world):
    keep(world)
    keep(world, phone=["0900000010"])
    draft = ReceptionDraft.objects.get()
    assert (draft.clerk, draft.procedure, draft.label) == (world.clerk, world.free, "Trần Văn Thử")
    assert draft.data == {"full_name": ["Trần Văn Thử"], "phone": ["0900000010"]}


def test_a_sign_that_no_database_keeps_does_not_end_the_keeping(world):
    draft = services.keep_draft(
        "a1", world.free, {"address": ["Thôn\x00 1"], "phone": ["\x00"]}, by=world.clerk, label="Trần\x00 Văn"
    )
    assert (draft.label, draft.data) == ("Trần Văn", {"address": ["Thôn 1"], "phone": [""]})


def test_drafts_are_their_clerk_s_own(world):
    keep(world)
    assert list(drafts_of(world.centre_clerk)) == []
    assert services.drop_draft("a1", by=world.centre_clerk) is False
    assert services.drop_draft("a1", by=world.clerk) is True
    assert not ReceptionDraft.objects.exists()


def test_a_number_used_by_two_clerks_makes_two_drafts(world):
    keep(world)
    keep(world, by=world.centre_clerk)
    assert ReceptionDraft.objects.count() == 2


@pytest.mark.parametrize("who", ["officer", "supervisor", "head", "auditor"])
def test_only_clerks_keep_drafts(world, who):
    with pytest.raises(NotPermitted):
        keep(world, by=getattr(world, who))
    assert not ReceptionDraft.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 121, "á", "a b", "../a"])
def test_a_page_without_a_sensible_number_keeps_nothing(world, key):
    with pytest.raises(Invalid):
        keep(world, key=key)
    assert not ReceptionDraft.objects.exists()


def test_what_arrives_after_its_dossier_is_no_draft_any_more(world):
    once(world.clerk, idempotency_key("a1"), "f", lambda: (201, {}))
    assert keep(world) is None
    assert not ReceptionDraft.objects.exists()


def test_drafts_are_forgotten_after_a_day(world, clock):
    keep(world)
    clock.move_to("2026-11-09 20:00")
    keep(world, key="b2")
    clock.move_to("2026-11-10 09:00")
    assert services.forget_old_drafts() == 0
    clock.move_to("2026-11-10 09:01")
    assert [draft.key for draft in drafts_of(world.clerk)] == ["b2"]
    forget_old_drafts()
    assert [draft.key for draft in ReceptionDraft.objects.all()] == ["b2"]
