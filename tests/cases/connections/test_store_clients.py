"""Whatever a store answers, it is records, a file with its hash, or an error with a name; nothing else."""

import base64
import hashlib
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.connections.stores import client
from cases.connections.stores.business import BusinessRegistration
from cases.connections.stores.civil_status import CivilStatus
from cases.connections.stores.facts import Question, RecordKind
from cases.connections.stores.kinds import Wanted, wanted_for
from cases.connections.stores.personal import PersonalStore
from cases.connections.systems import System
from onestop.outside import Door, Garbled, OutsideError

ADAPTERS = [PersonalStore, CivilStatus, BusinessRegistration]
REGISTER = "CSDL hộ tịch điện tử (Electronic Civil Status Database)"
QUESTION = Question("1", RecordKind.BIRTH, "040000000001", "GQTTHC", True, "a", "H41", "1.000001", "H41-1")

# The names that the protocols have, and others; values of every kind that JSON has.
NAMES = st.sampled_from(
    [
        "MaYeuCau",
        "MaKetQua",
        "DanhSach",
        "BanGhi",
        "TepTin",
        "maDinhDanhHoTich",
        "loaiSo",
        "ngayDangKy",
        "MainInformation",
        "ENTERPRISE_GDT_CODE",
        "FOUNDING_DATE",
        "Representatives",
        "HOAdress",
        "MaGiayTo",
        "NoiDung",
        "SHA256",
    ]
)
WORDS = st.sampled_from(["1", "00", "01", "99", "KS", "2900000001", "31/02/2026"]) | st.text(max_size=20)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)


class Said:
    """A door behind which there is one answer."""

    def __init__(self, body):
        self.body = body

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def ask(self, *_args, **_more):
        return self

    def object(self):
        return self.body


@pytest.fixture
def said(monkeypatch):
    def says(body):
        monkeypatch.setattr(client, "Door", lambda *_args, **_more: Said(body))

    return says


@pytest.mark.parametrize("adapter", ADAPTERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    whole=ANY,
    answer=st.dictionaries(NAMES, ANY, max_size=6),
    code=st.sampled_from(["00", "01", "99", None]),
)
def test_no_answer_is_a_crash(said, adapter, whole, answer, code):
    said({**answer, "MaYeuCau": "1", "MaKetQua": code, "DanhSach": [whole], "BanGhi": whole})
    store = adapter("http://x", "k")
    for ask in (lambda: store.search(QUESTION), lambda: store.fetch(QUESTION, "2900000001")):
        try:
            ask()
        except OutsideError:
            continue


@given(content=st.binary(min_size=1, max_size=200))
def test_a_file_is_taken_whole_or_not_at_all(content):
    told = {
        "TenTep": "a.pdf",
        "NoiDung": base64.b64encode(content).decode(),
        "SHA256": hashlib.sha256(content).hexdigest(),
    }
    assert client._file(told) == ("a.pdf", content)
    with pytest.raises(Garbled):
        client._file({**told, "SHA256": hashlib.sha256(content + b"x").hexdigest()})


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("04/04/1994", date(1994, 4, 4)),
        ("2024-03-15T00:00:00", date(2024, 3, 15)),
        ("31/02/2026", None),
        ("", None),
    ],
)
def test_days_are_read_as_both_registers_write_them(text, day):
    assert client.day_of(text) == day


@pytest.mark.parametrize(
    ("number", "who"),
    [
        ("040000000001", {"civil", "business", "personal"}),
        ("2900000001", {"business", "personal"}),
        ("2900000001-001", {"business", "personal"}),
        ("B1234567", {"personal"}),
        ("٠٤٠٠٠٠٠٠٠٠٠١", {"personal"}),
        ("", set()),
    ],
)
def test_each_store_says_which_numbers_it_knows(number, who):
    stores = {
        "civil": CivilStatus("x", ""),
        "business": BusinessRegistration("x", ""),
        "personal": PersonalStore("x", ""),
    }
    assert {name for name, store in stores.items() if store.knows(number)} == who


def test_a_path_can_differ(monkeypatch):
    asked = []
    monkeypatch.setattr(Door, "ask", lambda _self, _method, path, **_more: asked.append(path) or Said({}))
    CivilStatus("http://x", "k", {"life": "ping"}).sign_of_life()
    assert asked == ["ping"]


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("Giấy khai sinh của trẻ em", REGISTER, (System.CIVIL_STATUS, RecordKind.BIRTH)),
        ("Giấy xác nhận tình trạng hôn nhân", REGISTER, (System.CIVIL_STATUS, RecordKind.MARITAL)),
        ("Bản sao Giấy chứng tử đã cấp", REGISTER, (System.CIVIL_STATUS, RecordKind.DEATH)),
        ("Giấy chứng nhận kết hôn của cha, mẹ", REGISTER, (System.CIVIL_STATUS, RecordKind.MARRIAGE)),
        ("Giấy tờ làm căn cứ thay đổi", REGISTER, None),
        ("Gì cũng được", "CSDL quốc gia về đăng ký doanh nghiệp", (System.BUSINESS, RecordKind.ENTERPRISE)),
        ("Bản chính Giấy chứng nhận đăng ký hộ kinh doanh", "", (System.BUSINESS, RecordKind.ENTERPRISE)),
        ("Giấy đề nghị cấp lại Giấy chứng nhận đăng ký hộ kinh doanh", "", None),
        ("Bản chính", "Kho quản lý dữ liệu điện tử", (System.PERSONAL_STORE, RecordKind.PAPER)),
        ("Giấy tờ tùy thân", "CSDL quốc gia về dân cư", None),
        ("Tờ khai", "", None),
    ],
)
def test_a_paper_is_a_kind_of_record_of_one_store(name, source, expected):
    assert wanted_for(name, source) == (Wanted(*expected) if expected else None)
