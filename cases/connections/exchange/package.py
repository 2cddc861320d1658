"""The package: a ZIP file with facts, files, a manifest of both and the signature of the manifest; pure.

Its form leaves no freedom, so that nothing can be hidden and nothing unpacks to more than was sent: nothing is
compressed, names are fixed, JSON is written in one way only, and the whole file is what `pack` makes of its parts.
See docs/exchange.md.
"""

import hashlib
import io
import json
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

FORMAT, VERSION = "onestop-exchange", 1
MANIFEST, SIGNATURE, FACTS = "manifest.json", "signature.p7s", "package.json"
OF_EACH = (MANIFEST, SIGNATURE, FACTS)
FILE_NAME = re.compile(r"files/[0-9]{3}\.(pdf|jpg|png|tif)", re.ASCII)
_ENCRYPTED = 0x1  # flag of a part of a ZIP file
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # when every part was written, says the ZIP file
# How a ZIP file is written (PKWARE APPNOTE 4.3): before each part, in the directory for each, at the end, and what
# stands before the end of one that is larger than these fields can say.
_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s4B4H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LARGER, _LARGER_SIZE = b"PK\x06\x07", 20
_LONGEST_ENTRY = _ENTRY.size + 64  # bytes of the directory for one part, with its name


class BadPackage(ValueError):
    """A package that is not taken; the text is a sentence, `code` is for programs."""

    def __init__(self, sentence: str, code: str):
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Limits:
    """What is looked at; sizes in bytes."""

    size: int = 60 * 1024 * 1024
    files: int = 200
    text: int = 1024 * 1024  # of package.json, manifest and signature each


@dataclass(frozen=True, slots=True)
class Opened:
    """A package in which everything is as its manifest says; who signed that is for `signatures.signer_of`."""

    manifest: bytes
    signature: bytes
    facts: dict[str, Any]
    files: dict[str, bytes]

    @property
    def manifest_hash(self) -> str:
        """SHA-256 of the manifest: the name of the content, whatever signed it and however often."""
        return hashlib.sha256(self.manifest).hexdigest()


def canonical(content: Any) -> bytes:
    """JSON in UTF-8, names in order, without blanks. Raises `ValueError` for what is no JSON or no text."""
    written = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return written.encode()


def manifest_of(facts: bytes, files: Mapping[str, bytes]) -> bytes:
    """Name, size and SHA-256 of every part but itself and its signature."""
    parts = {FACTS: facts, **files}
    listed = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in parts.items()
    }
    return canonical({"format": FORMAT, "parts": listed, "version": VERSION})


def build(facts: Mapping[str, Any], files: Mapping[str, bytes], sign: Callable[[bytes], bytes]) -> bytes:
    """The package of these facts and files; `sign` makes the detached signature of the manifest.

    Raises `BadPackage` for names that no package may hold.
    """
    for name in files:
        if not FILE_NAME.fullmatch(name):
            raise _bad_name()
    written = canonical({**facts, "format": FORMAT, "version": VERSION})
    manifest = manifest_of(written, files)
    return pack({MANIFEST: manifest, SIGNATURE: sign(manifest), FACTS: written, **files})


def pack(parts: Mapping[str, bytes]) -> bytes:
    """The one ZIP file of these parts: in their order, uncompressed, all of one moment."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for name in sorted(parts, key=_place):
            info = ZipInfo(name, _BEGINNING)
            info.create_system, info.external_attr = 3, 0o600 << 16
            archive.writestr(info, parts[name])
    return buffer.getvalue()


def sealed(content: bytes, limits: Limits = Limits()) -> tuple[bytes, bytes]:
    """Manifest and signature alone, to know who signed before anything else is read. Raises as `read`."""
    parts = _parts(content, limits, only=(MANIFEST, SIGNATURE))
    return parts[MANIFEST], parts[SIGNATURE]


def read(content: bytes, limits: Limits = Limits()) -> Opened:
    """Open a package of whomever. Raises `BadPackage` for everything that is not exactly as it must be."""
    parts = _parts(content, limits)
    files = {name: part for name, part in parts.items() if name not in OF_EACH}
    _compare(_json(parts[MANIFEST]), {FACTS: parts[FACTS], **files})
    facts = _json(parts[FACTS])
    if facts.get("format") != FORMAT or facts.get("version") != VERSION:
        raise BadPackage(
            _("The package has another format or version than %(format)s %(version)s.")
            % {"format": FORMAT, "version": VERSION},
            "other_version",
        )
    return Opened(parts[MANIFEST], parts[SIGNATURE], facts, files)


def _place(name: str) -> tuple[int, str]:
    return (OF_EACH.index(name) if name in OF_EACH else len(OF_EACH), name)


def _parts(content: bytes, limits: Limits, only: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Every part by its name; the form of the whole ZIP file is looked at before anything is read."""
    if len(content) > limits.size:
        raise BadPackage(_("The package is larger than what is taken here."), "too_large")
    _check_end(content, limits)
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            _check_directory(infos, limits)
            if _form(infos) != _around(content, infos):
                raise _not_canonical()
            return {info.filename: archive.read(info) for info in infos if not only or info.filename in only}
    except (BadZipFile, EOFError, NotImplementedError, OverflowError, RuntimeError, ValueError) as error:
        if isinstance(error, BadPackage):
            raise
        raise _no_zip() from error


def _check_end(content: bytes, limits: Limits) -> None:
    """How much directory there is, before anybody reads through it."""
    end = content[-_END.size :]
    if len(end) < _END.size or not end.startswith(b"PK\x05\x06"):
        raise _no_zip()
    _word, _disk, _first, _here, count, size, _place, _comment = _END.unpack(end)
    if content[-_END.size - _LARGER_SIZE :].startswith(_LARGER):
        raise _not_canonical()
    if count > limits.files + len(OF_EACH):
        raise BadPackage(_("The package has more files than are taken here."), "too_many_files")
    if size > count * _LONGEST_ENTRY:
        raise _not_canonical()


def _form(infos: list[ZipInfo]) -> bytes:
    """All of the ZIP file but the contents, as `pack` writes it around parts of these sizes and checksums."""
    heads, directory, place = [], [], 0
    for info in sorted(infos, key=lambda one: _place(one.filename)):
        name, facts = info.filename.encode(), (info.CRC, info.file_size, info.file_size)
        day = 1 << 5 | 1  # 01/01/1980
        heads.append(_LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, day, *facts, len(name), 0) + name)
        directory.append(
            _ENTRY.pack(b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, day, *facts, len(name), 0, 0, 0, 0, 0o600 << 16, place)
            + name
        )  # fmt: skip
        place += len(heads[-1]) + info.file_size
    entries = b"".join(directory)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(infos), len(infos), len(entries), place, 0)
    return b"".join(heads) + entries + end


def _around(content: bytes, infos: list[ZipInfo]) -> bytes:
    """All of this ZIP file but the contents; something else when they do not lie one behind the other."""
    pieces, place = [], 0
    for info in infos:
        head = _LOCAL.size + len(info.filename)
        pieces.append(content[place : place + head])
        place += head + info.file_size
    return b"".join([*pieces, content[place : place + len(infos) * _LONGEST_ENTRY + _END.size + 1]])


def _check_directory(infos: list[ZipInfo], limits: Limits) -> None:
    names = [info.filename for info in infos]
    if len(names) > limits.files + len(OF_EACH):
        raise BadPackage(_("The package has more files than are taken here."), "too_many_files")
    if len(set(names)) != len(names) or not all(
        name in OF_EACH or FILE_NAME.fullmatch(name) for name in names
    ):
        raise _bad_name()
    if missing := [name for name in OF_EACH if name not in names]:
        raise BadPackage(_("The package has no %(name)s.") % {"name": missing[0]}, "part_missing")
    for info in infos:
        if info.compress_type != ZIP_STORED or info.compress_size != info.file_size:
            raise BadPackage(
                _("A part of the package is compressed; what it unpacks to is not looked at."), "compressed"
            )
        if info.flag_bits & _ENCRYPTED:
            raise BadPackage(_("A part of the package is encrypted."), "encrypted")
        if info.filename in OF_EACH and info.file_size > limits.text:
            raise BadPackage(_("The package is larger than what is taken here."), "too_large")
    if sum(info.file_size for info in infos) > limits.size:
        raise BadPackage(_("The package is larger than what is taken here."), "too_large")


def _compare(manifest: dict[str, Any], parts: Mapping[str, bytes]) -> None:
    listed = manifest.get("parts")
    if manifest.get("format") != FORMAT or not isinstance(listed, dict):
        raise BadPackage(_("The manifest is none of this format."), "bad_manifest")
    if missing := sorted(set(listed) - set(parts)):
        raise BadPackage(
            _("The manifest names %(name)s, which is not in the package.") % {"name": missing[0][:40]},
            "file_missing",
        )
    if extra := sorted(set(parts) - set(listed)):
        raise BadPackage(
            _("%(name)s is in the package, and the manifest does not name it.") % {"name": extra[0]},
            "file_extra",
        )
    for name, content in parts.items():
        if listed[name] != {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}:
            raise BadPackage(
                _("%(name)s is not what the manifest says: it was changed on the way.") % {"name": name},
                "wrong_hash",
            )


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
        is_canonical = canonical(found) == content
    except (ValueError, RecursionError) as error:
        raise BadPackage(_("A part of the package is not JSON."), "not_json") from error
    if not is_canonical or not isinstance(found, dict):
        raise _not_canonical()
    return found


def _no_zip() -> BadPackage:
    return BadPackage(_("The package is no ZIP file, or a broken one."), "not_a_zip")


def _not_canonical() -> BadPackage:
    return BadPackage(_("The package is packed otherwise than its format says."), "not_canonical")


def _bad_name() -> BadPackage:
    return BadPackage(_("A file in the package has a name that none may have there."), "bad_name")
