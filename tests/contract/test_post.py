"""What we rely on at the public postal service (docs/integrations.md); every order is cancelled again."""

from dataclasses import replace

import pytest

from cases.connections import post
from onestop.outside import NotLetIn, Refused
from onestop.simulators.post import SECRET, TOKEN, PostSimulator
from tests.contract.sides import REAL, given, new_number, side, sides

SYSTEM = "POST"


@pytest.fixture(params=sides(SYSTEM, "TOKEN", "CUSTOMER"))
def service(request):
    with side(request.param, SYSTEM, PostSimulator(moves=False)) as url:
        if request.param == REAL:
            yield post.Post(url, given(SYSTEM, "TOKEN"), "", given(SYSTEM, "CUSTOMER"))
        else:
            yield post.Post(url, TOKEN, SECRET, "ONESTOP")


def consignment(number: str) -> post.Consignment:
    here = post.Party("Bộ phận Một cửa thử", "0900000001", "Khối Thử Nghiệm, Nghệ An")
    there = post.Party("Nguyễn Văn Thử", "0900000002", "Xóm Ví Dụ, Nghệ An")
    return post.Consignment(number, "THU", here, there)


def test_an_order_has_one_tracking_number_also_when_told_twice(service):
    number = new_number()
    try:
        tracking = post.order(service, consignment(number))
        assert post.order(service, consignment(number)) == tracking
        assert isinstance(post.track(service, tracking), list)
    finally:
        post.cancel(service, number)


def test_what_nobody_ordered_cannot_be_cancelled(service):
    with pytest.raises(Refused) as refused:
        post.cancel(service, new_number())
    assert not isinstance(refused.value, NotLetIn)


def test_a_wrong_token_is_not_let_in(service):
    with pytest.raises(NotLetIn):
        post.order(replace(service, token="khong-phai"), consignment(new_number()))
