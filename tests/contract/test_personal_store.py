"""What we rely on at the personal data store (docs/integrations.md)."""

import hashlib
from dataclasses import replace

import pytest

from cases.connections.stores.facts import Result
from cases.connections.stores.personal import PersonalStore
from onestop.outside import NotLetIn, Refused
from onestop.simulators.personal_store import PersonalStore as Simulated
from tests.contract.sides import REAL, given, new_number, side, sides

SYSTEM = "PERSONAL_STORE"
CONTENT = b"%PDF-1.4 thu"


@pytest.fixture(params=sides(SYSTEM, "KEY", "OWNER"))
def store(request):
    with side(request.param, SYSTEM, Simulated()) as url:
        yield PersonalStore(url, given(SYSTEM, "KEY") if request.param == REAL else "key-of-the-simulator")


def result(**changes) -> Result:
    found = Result(
        code=f"THU-{new_number()}",
        owner=given(SYSTEM, "OWNER", "040199000001"),
        name="Kết quả thử",
        procedure="1.001193",
        number="01/THU",
        issued_on=None,
        signer="",
        valid_until=None,
        file_name="thu.pdf",
        mime_type="application/pdf",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        content=CONTENT,
    )
    return replace(found, **changes)


def test_it_answers(store):
    store.sign_of_life()


def test_a_result_is_taken_once_with_one_receipt(store):
    same = result()
    assert store.put(same) == store.put(same)


def test_a_file_that_is_not_what_its_hash_says_is_refused(store):
    with pytest.raises(Refused) as refused:
        store.put(result(sha256="0" * 64))
    assert not isinstance(refused.value, NotLetIn)


def test_a_wrong_key_is_not_let_in(store):
    with pytest.raises(NotLetIn):
        PersonalStore(store.url, "khong-phai").put(result())
