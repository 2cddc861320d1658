"""What waits for the head's signature is found by the head, and a void line of a register says so (R12, R36)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases import services
from cases.models import RegisterBook
from cases.registers import copies_to_sign
from cases.services.results import sign_result
from tests import signing as keys
from tests.cases.certifying import certify, counter
from tests.cases.helpers import fresh
from tests.cases.verbs.test_electronic_copy import copy

__all__ = ["counter"]
pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def office(settings, tmp_path):
    keys.connect(settings, tmp_path)


def page_of(client, person, name: str = "copies_to_sign", *arguments) -> str:
    client.force_login(person)
    return client.get(reverse(f"admin:{name}", args=arguments)).content.decode()


def test_the_head_finds_the_oldest_first_with_the_way_to_sign(counter, office, client):
    first = copy(counter, paper="Học bạ")
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        second = copy(counter, paper="Bằng tốt nghiệp")
    certify(counter)  # on paper: signed by hand
    assert list(copies_to_sign(counter.head)) == [first, second]
    text = page_of(client, counter.head)
    assert text.index("Học bạ") < text.index("Bằng tốt nghiệp")
    assert text.count("Look and sign") == 2
    assert f"{reverse('admin:cases_dossier_change', args=[first.dossier_id])}#papers" in text
    assert "Look and sign" not in page_of(client, counter.supervisor)  # only the head signs
    assert "Học bạ" not in page_of(client, counter.outsider_head)


def test_what_is_signed_or_undone_waits_no_more(counter, office, client):
    signed, undone = copy(counter), copy(counter)
    home = reverse("admin:index")
    client.force_login(counter.head)
    assert "Electronic copies to be signed" in client.get(home).content.decode()
    sign_result(fresh(signed.dossier), by=counter.head)
    services.undo(undone.dossier, by=counter.clerk, reason="Quét nhầm trang")
    assert not copies_to_sign(counter.head).exists()
    assert "No electronic copy waits for a signature." in page_of(client, counter.head)
    assert "Electronic copies to be signed" not in client.get(home).content.decode()


def test_the_page_of_the_register_says_how_it_stands_with_a_copy(counter, office, client):
    on_paper = certify(counter)
    assert "electronic copy" not in page_of(client, counter.clerk, "register", on_paper.book_id)
    undone = copy(counter)
    assert "not signed yet" in page_of(client, counter.clerk, "register", undone.book_id)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False) as clock:
        services.undo(undone.dossier, by=counter.clerk, reason="Quét nhầm trang")
        clock.shift(60)
        sign_result(fresh(copy(counter).dossier), by=counter.head)
    text = page_of(client, counter.clerk, "register", RegisterBook.objects.get().pk)
    assert ("void since 09/11/2026" in text, "not signed yet" in text) == (True, False)
    assert text.count("electronic copy") == 2
