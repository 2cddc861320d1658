"""What a PDF carries beside its pages: programs, other files, pictures that unpack to gigabytes."""

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from cases.pictures import MAX_PIXELS, TooManyPixels

# A scan of 1,000 pages has a few thousand objects, a printed book some hundred thousand.
MAX_OBJECTS = 500_000
RUNS = ("/JavaScript", "/Launch")


class Program(Exception):
    """JavaScript, or a call of another program."""


class HiddenFile(Exception):
    """An attached file."""


class TooIntricate(Exception):
    """More objects than a document of paper has."""


def look_inside(reader: PdfReader) -> None:
    """Walk everything that can be reached from the root; raises at the first thing that may not be there.

    Also `TooManyPixels`, and what pypdf raises for objects that cannot be read. Streams stay packed.
    """
    seen: set[int] = set()
    waiting: list = [reader.trailer.get("/Root")]
    count = 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if found.idnum in seen:
                continue
            seen.add(found.idnum)
            found = _itself(found)
        count += 1
        if count > MAX_OBJECTS:
            raise TooIntricate
        if isinstance(found, DictionaryObject):
            _look_at(found)
            waiting += [value for value in found.values() if _leads_on(value)]
        elif isinstance(found, ArrayObject):
            waiting += [value for value in found if _leads_on(value)]


def _leads_on(value) -> bool:
    return isinstance(value, IndirectObject | DictionaryObject | ArrayObject)


def _look_at(found: DictionaryObject) -> None:
    if _entry(found, "/S") in RUNS or "/JS" in found or "/JavaScript" in found:
        raise Program
    if "/EmbeddedFiles" in found or "/EF" in found:
        raise HiddenFile
    if _entry(found, "/Subtype") == "/Image":
        width, height = _entry(found, "/Width", 0), _entry(found, "/Height", 0)
        if not (isinstance(width, int | float) and isinstance(height, int | float)):
            raise ValueError(f"a picture of {width!r} × {height!r}")
        if abs(width * height) > MAX_PIXELS:
            raise TooManyPixels(f"{width} × {height}")


def _entry(found: DictionaryObject, name: str, otherwise=None):
    value = found.get(name, otherwise)
    return _itself(value) if isinstance(value, IndirectObject) else value


def _itself(reference: IndirectObject):
    """The object that is meant; a reference to a reference is none: readers make different things of it."""
    meant = reference.get_object()
    if isinstance(meant, IndirectObject):
        raise ValueError("a reference to a reference")
    return meant
