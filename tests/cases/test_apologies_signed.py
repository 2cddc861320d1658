"""Apologies that are signed digitally when they are issued: what is stored, what waits for whom, what is refused."""

import pytest
from django.db import connection

from cases import services
from cases.errors import Invalid, NotPermitted, NotPossibleNow
from cases.models import Reschedule
from notifications import signing
from notifications.models import Letter
from notifications.services import letters
from tests import signing as keys
from tests.cases.helpers import fresh, in_parallel, refused
from tests.cast import local

pytestmark = pytest.mark.usefixtures("english")

SAID = {"reason": "Cần xác minh thêm", "new_due_at": local("2026-11-17 17:00")}


@pytest.fixture
def office(settings, tmp_path):
    keys.connect(settings, tmp_path)


@pytest.fixture
def dossier(world):
    return world.processing()


class Signings:
    """Signing as it is, told when it happens: `before` are acts to run first, `inside` whether rows may be locked."""

    def __init__(self):
        self.before, self.inside, self._sign = [], [], signing.sign

    def __call__(self, *args, **kwargs):
        self.inside.append(connection.in_atomic_block)
        if self.before:
            self.before.pop()()
        return self._sign(*args, **kwargs)


@pytest.fixture
def signings(monkeypatch) -> Signings:
    found = Signings()
    monkeypatch.setattr(signing, "sign", found)
    return found


def issue(world, dossier, **changes) -> Letter:
    return services.issue_apology(dossier, **{"by": world.head, **SAID, **changes})


def test_the_issued_letter_is_signed_and_its_moment_is_that_of_the_signature(world, office, dossier):
    letter = issue(world, dossier)
    assert letters.signature_of(letter).holds
    assert letter.certificate.startswith("Trần Văn Lãnh Đạo, UBND phường Thử Nghiệm (")
    assert letter.issued_at == Reschedule.objects.get().at == local("2026-11-09 09:00")
    assert fresh(dossier).due_at == SAID["new_due_at"]


def test_the_letter_that_a_supervisor_approved_is_signed_as_it_stands(world, office, dossier):
    services.write_apology(dossier, by=world.supervisor, approve=True, **SAID)
    letter = services.issue_apology(dossier, by=world.head)
    assert (letter.approved_by, letter.reason) == ("Vũ Thị Giám Sát", "Cần xác minh thêm")
    assert letters.signature_of(letter).holds


def test_blanks_around_the_reason_do_not_make_another_letter_of_it(world, office, dossier):
    assert issue(world, dossier, reason="  Cần xác minh thêm \n").reason == "Cần xác minh thêm"


def test_who_may_not_issue_is_refused_before_anything_is_signed(world, office, dossier, signings):
    with refused(NotPermitted):
        issue(world, dossier, by=world.supervisor)
    with refused(NotPermitted):
        issue(world, dossier, by=world.outsider_head)
    assert signings.inside == []


def test_a_second_letter_of_a_cycle_is_refused_before_anything_is_signed(world, office, dossier, signings):
    issue(world, dossier)
    with refused(Invalid, "already_rescheduled"):
        issue(world, dossier, new_due_at=local("2026-11-20 17:00"))
    assert len(signings.inside) == 1


def test_a_signature_that_fails_uses_no_number_and_changes_nothing(world, office, settings, dossier):
    settings.SIGNING_PASSPHRASE = "sai"
    with refused(Invalid, "signing_failed") as caught:
        issue(world, dossier)
    assert "Its passphrase is wrong" in caught.value.sentence


def test_without_configuration_the_letter_is_issued_to_be_signed_by_hand(world, dossier):
    letter = issue(world, dossier)
    assert (letter.state, letter.certificate, letters.signature_of(letter)) == ("issued", "", None)


def test_when_somebody_takes_the_number_meanwhile_it_is_signed_again(world, office, dossier, signings):
    other = world.processing()
    signings.before.append(lambda: issue(world, other))
    letter = issue(world, dossier)
    assert (Letter.objects.get(reference=other.code).number, letter.number) == (1, 2)
    assert letters.signature_of(letter).holds
    assert len(signings.inside) == 3


def test_what_happens_while_a_slow_token_signs_is_asked_again(world, office, dossier, signings):
    signings.before.append(lambda: world.record_result(dossier))
    with pytest.raises(NotPossibleNow):
        issue(world, dossier)
    assert not Letter.objects.issued().exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_a_token_signs(world, office, dossier, signings):
    other, taken = world.processing(), []

    def meanwhile():
        """Somebody else issues a letter of the same agency, on a connection of their own."""
        taken.extend(in_parallel([lambda: issue(world, other)], connections=1))

    signings.before.append(meanwhile)
    letter = issue(world, dossier)
    assert [one.number for one in taken] == [1]
    assert letter.number == 2
    assert signings.inside == [False, False, False]


@pytest.mark.django_db(transaction=True)
def test_letters_that_are_signed_at_once_have_numbers_without_gaps(world, office):
    dossiers = [world.processing() for _ in range(3)]
    found = in_parallel([lambda d=d: issue(world, d) for d in dossiers], connections=3)
    assert sorted(letter.number for letter in found) == [1, 2, 3]
    assert all(letters.signature_of(letter).holds for letter in found)
