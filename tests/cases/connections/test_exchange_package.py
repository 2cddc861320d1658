"""The package: what was built is read as it was, and whatever is otherwise is refused with a sentence (R20)."""

import hashlib
import io
import json
import struct
from datetime import UTC, datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.connections.exchange import facts, package, signatures
from cases.connections.exchange.package import FACTS, MANIFEST, SIGNATURE, BadPackage, Limits
from tests.cast import local
from tests.exchange.keys import key
from tests.signing import authority

pytestmark = pytest.mark.usefixtures("english")

NOW = local("2026-11-09 09:00")
FILES = {"files/001.pdf": b"%PDF-1", "files/002.png": b"\x89PNG"}
SAID = {"id": "2d0b7a8e-0000-4000-8000-000000000001", "kind": "request", "name": "Nguyễn Thị Ví Dụ"}


def built(content=None, files=None, *, unit: str = "H41.101") -> bytes:
    return package.build(
        SAID if content is None else content, FILES if files is None else files, key(unit).sign
    )


def parts_of(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def checked(content: bytes, *units: str, now: datetime = NOW):
    opened = package.read(content)
    trusted = [key(unit).certificate for unit in units or ("H41.101",)]
    signatures.check(opened.manifest, opened.signature, trusted, now=now)
    return opened


def code_of(content: bytes, *units: str, **more) -> str:
    with pytest.raises(BadPackage) as refused:
        checked(content, *units, **more)
    assert str(refused.value).endswith(".")
    return refused.value.code


def test_what_is_read_is_what_was_built():
    opened = checked(built())
    assert opened.files == FILES
    assert opened.facts == {**SAID, "format": "onestop-exchange", "version": 1}
    listed = json.loads(opened.manifest)["parts"]
    assert listed["files/001.pdf"] == {"sha256": hashlib.sha256(b"%PDF-1").hexdigest(), "size": 6}
    assert set(listed) == {"package.json", "files/001.pdf", "files/002.png"}


def test_the_same_content_has_the_same_manifest_however_often_it_is_signed():
    assert package.read(built()).manifest_hash == package.read(built(unit="H41.102")).manifest_hash


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
NAMES = st.builds(
    "files/{:03d}.{}".format, st.integers(0, 999), st.sampled_from(["pdf", "jpg", "png", "tif"])
)


@settings(max_examples=60, deadline=None)
@given(
    content=st.dictionaries(TEXTS.filter(lambda name: name not in {"format", "version"}), JSON, max_size=4),
    files=st.dictionaries(NAMES, st.binary(max_size=200), max_size=4),
)
def test_reading_undoes_building_for_whatever_is_said(content, files):
    opened = checked(built(content, files))
    assert (opened.facts, opened.files) == ({**content, "format": "onestop-exchange", "version": 1}, files)


def test_any_flipped_byte_is_refused():
    content = built()
    for place in range(len(content)):
        with pytest.raises(BadPackage):
            checked(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 4000))
def test_any_bytes_are_refused_and_never_raise_otherwise(noise, place):
    content = built()
    for broken in (noise, content[:place] + noise, content[:place] + noise + content[place:]):
        if broken != content:
            with pytest.raises(BadPackage):
                checked(broken)


def packed(names: dict[str, bytes], *, method: int = 0) -> bytes:
    """A ZIP file as anybody may make one."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in names.items():
            archive.writestr(ZipInfo(name), content, compress_type=method)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/cron.d/x",
        "files/../../x.pdf",
        "files\\001.pdf",
        "files/001.exe",
        "x",
        "files/",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name):
    assert code_of(packed({**parts_of(built()), name: b"x"})) == "bad_name"
    with pytest.raises(BadPackage):
        built(files={name: b"x"})


def test_a_name_that_stands_twice_is_refused():
    parts = parts_of(built())
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for name in (*parts, FACTS):
            archive.writestr(ZipInfo(name), parts[name])
    assert code_of(buffer.getvalue()) == "bad_name"


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    bomb = packed({**parts_of(built()), "files/003.pdf": bytes(30_000_000)}, method=ZIP_DEFLATED)
    assert len(bomb) < 100_000
    monkeypatch.setattr(ZipFile, "read", lambda *_: 1 / 0)
    assert code_of(bomb) == "compressed"


def test_a_directory_without_end_is_refused_before_it_is_read(monkeypatch):
    entry = b"PK\x01\x02" + bytes(24) + b"\x01\x00" + bytes(16) + b"x"
    end = b"PK\x05\x06" + bytes(4) + struct.pack("<HHLLH", 5, 5, 1000 * len(entry), 0, 0)
    commented = built() + b"comment"
    monkeypatch.setattr(package, "ZipFile", lambda *_: 1 / 0)
    assert code_of(entry * 1000 + end) == "not_canonical"
    many = b"PK\x05\x06" + bytes(4) + struct.pack("<HHLLH", 204, 204, 0, 0, 0)
    assert code_of(many) == "too_many_files"
    larger = b"PK\x06\x07" + bytes(16)
    assert code_of(larger + end) == "not_canonical"
    assert code_of(commented) == "not_a_zip"


def test_of_a_stranger_nothing_but_manifest_and_signature_is_read(monkeypatch):
    content, read, names = built(), ZipFile.read, []
    parts = parts_of(content)
    monkeypatch.setattr(ZipFile, "read", lambda self, info: names.append(info.filename) or read(self, info))
    assert package.sealed(content) == (parts[MANIFEST], parts[SIGNATURE])
    assert names == [MANIFEST, SIGNATURE]


def test_limits_of_size_and_number():
    content = built()
    for limits, code in (
        (Limits(size=len(content) - 1), "too_large"),
        (Limits(files=1), "too_many_files"),
        (Limits(text=100), "too_large"),
    ):
        with pytest.raises(BadPackage) as refused:
            package.read(content, limits)
        assert refused.value.code == code


def test_a_directory_that_lies_about_sizes_is_refused():
    content = built()
    place = content.rindex(b"files/002.png") - 46 + 20  # compressed and real size, in the directory
    assert code_of(content[:place] + b"\xff\xff\xff\x7f" * 2 + content[place + 8 :]) in {
        "too_large",
        "not_a_zip",
    }


def repacked(**changes: bytes | None) -> bytes:
    parts = {
        **parts_of(built()),
        **{name.replace("__", "/").replace("_", "."): one for name, one in changes.items()},
    }
    return package.pack({name: content for name, content in parts.items() if content is not None})


def test_files_are_those_of_the_manifest():
    assert code_of(repacked(files__002_png=None)) == "file_missing"
    assert code_of(repacked(files__003_pdf=b"x")) == "file_extra"
    assert code_of(repacked(files__001_pdf=b"%PDF-2")) == "wrong_hash"
    for name in (MANIFEST, SIGNATURE, FACTS):
        assert (
            code_of(packed({key: one for key, one in parts_of(built()).items() if key != name}))
            == "part_missing"
        )


def test_one_way_of_packing_and_of_writing_only():
    parts = parts_of(built())
    assert code_of(packed(dict(reversed(parts.items())))) == "not_canonical"
    assert code_of(built() + b"more") in {"not_a_zip", "not_canonical"}
    twice = parts[FACTS].replace(b'{"format"', b'{"format":"x","format"', 1)
    manifest = package.manifest_of(twice, FILES)
    assert code_of(package.pack({**parts, FACTS: twice, MANIFEST: manifest})) == "not_canonical"


def signed_anew(said: bytes) -> bytes:
    manifest = package.manifest_of(said, {})
    return package.pack({MANIFEST: manifest, SIGNATURE: key("H41.101").sign(manifest), FACTS: said})


def test_another_version_is_refused():
    older = package.canonical({**SAID, "format": "onestop-exchange", "version": 0})
    assert code_of(signed_anew(older)) == "other_version"
    assert code_of(signed_anew(package.canonical({**SAID, "format": "x", "version": 1}))) == "other_version"


@pytest.mark.parametrize("said", [b"", b"[]", b"{", b"\xff", b'{"a":NaN}', b'{"a":"\\ud800"}', b"[" * 5000])
def test_what_is_no_json_of_ours_is_refused(said):
    assert code_of(signed_anew(said)) in {"not_json", "not_canonical"}


def test_who_signs_must_be_known_now():
    assert code_of(built(unit="H41.102")) == "unknown_signer"
    assert checked(built(unit="H41.102"), "H41.101", "H41.102")
    assert code_of(built(), now=local("2026-12-31 00:00").replace(year=2028)) == "certificate_expired"
    assert code_of(built(), now=local("2025-01-01 00:00")) == "certificate_expired"


def test_the_same_authority_certifies_others_who_are_not_known_for_it():
    with pytest.raises(BadPackage) as refused:
        opened = package.read(built())
        signatures.check(opened.manifest, opened.signature, [authority().certificate], now=NOW)
    assert refused.value.code == "unknown_signer"


def test_a_signature_of_something_else_is_refused():
    other = parts_of(built({"id": "2"}))[SIGNATURE]
    assert code_of(repacked(signature_p7s=other)) == "bad_signature"
    assert code_of(repacked(signature_p7s=b"")) == "bad_signature"


def test_a_flipped_byte_in_the_signature_never_names_another_signer():
    """As `any_flipped_byte`, with the checksums of the ZIP file made right again."""
    parts = parts_of(built())
    signature, survived = parts[SIGNATURE], []
    for place in range(len(signature)):
        flipped = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
        try:
            by = signatures.check(parts[MANIFEST], flipped, [key("H41.101").certificate], now=NOW)
        except BadPackage:
            continue
        survived.append(by)
    assert set(survived) <= {key("H41.101").certificate}
    assert len(survived) <= 2  # the empty parameters of an algorithm


def test_keys_that_cannot_be_used():
    for content, passphrase in ((b"x", ""), (b"", "y")):
        with pytest.raises(signatures.BadKey, match="does not open"):
            signatures.key_of(content, passphrase)
    with pytest.raises(signatures.BadKey, match="no PEM file"):
        signatures.certificates_of(b"x")


HEAD = {
    **facts.head(
        __import__("uuid").UUID(int=1), "request", sender="H41.101", recipient="H41.102", agency="H41.102"
    ),
    "request": "00000000-0000-4000-8000-000000000002",
    "dossier": {"id": "00000000-0000-4000-8000-000000000003", "code": "H41.101-261109-0001"},
    "ask": {
        "kind": "opinion",
        "text": "Xác minh",
        "asked_at": "2026-11-09T09:00:00+07:00",
        "due_at": "2026-11-11T09:00:00+07:00",
        "working_hours": "16.00",
    },
    "procedure": {"code": "1.000001", "name": "Thủ tục"},
    "applicant": {"full_name": "Nguyễn Thị Ví Dụ", "id_number": "040000000001"},
}


def test_a_request_says_what_is_asked():
    told = facts.told_by(HEAD)
    asked = facts.request_of(told)
    assert (told.sender, told.recipient, told.agency, told.code) == (
        "H41.101",
        "H41.102",
        "H41.102",
        "H41.101-261109-0001",
    )
    assert (asked.due_at, str(asked.working_hours)) == (datetime(2026, 11, 11, 2, tzinfo=UTC), "16.00")


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        ("", "kind", "else"),
        ("", "request", "x"),
        ("", "dossier", []),
        ("ask", "text", " "),
        ("ask", "text", "a\0b"),
        ("ask", "text", "a" * 20_001),
        ("ask", "kind", "gossip"),
        ("ask", "due_at", "2026-11-09T09:00:00+07:00"),
        ("ask", "due_at", "2026-11-11T09:00:00"),
        ("ask", "due_at", "0001-01-01T00:00:00+07:00"),
        ("ask", "working_hours", "NaN"),
        ("ask", "working_hours", "-1"),
        ("ask", "working_hours", 16),
        ("applicant", "full_name", ""),
        ("applicant", "id_number", "0" * 21),
        ("procedure", "code", None),
    ],
)
def test_a_field_that_says_nothing_of_use_is_named(where, name, value):
    said = json.loads(json.dumps(HEAD))
    (said[where] if where else said)[name] = value
    with pytest.raises(BadPackage) as refused:
        told = facts.told_by(said)
        facts.request_of(told)
        assert told.request and told.code
    assert (refused.value.code, f"“{name}”" in str(refused.value)) == ("bad_field", True)
