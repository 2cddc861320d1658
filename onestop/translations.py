"""Collects the texts of the project for translation, and compiles them, with Babel alone.

gettext's own tools (`makemessages`, `msgfmt`) are system packages that a laptop may lack.
Texts of other packages are translated here too: name them with `gettext_noop` in a module of ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS = {
    "_": None,
    "_t": None,  # gettext, where `_` is gettext_lazy
    "_lazy": None,  # gettext_lazy, where `_` is gettext
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SOURCES = ("onestop", "procedures", "cases", "notifications")
TEMPLATES = {".html", ".txt"}
SOURCE_LANGUAGE = "en"  # the texts in the code are English already


class BrokenCatalogue(Exception):
    """A .po file or a source that cannot be read; the text names file and line."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text is not ready, with the text and where it stands."""

    what: str
    text: str
    place: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}: {self.text!r}"


def po_path(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


# --- Collecting ---------------------------------------------------------------------------------
def collect(base_dir: Path, folders: tuple[str, ...] = SOURCES) -> Catalog:
    """Every text that the code and the templates under `base_dir` mark for translation."""
    catalog = Catalog(charset="utf-8")
    for path in _sources(base_dir, folders):
        place = str(path.relative_to(base_dir))
        for line, text, comments, context in _texts_of(path):
            catalog.add(text, locations=[(place, line)], auto_comments=comments, context=context)
    return catalog


def _sources(base_dir: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((base_dir / folder).rglob("*")):
            wanted = path.suffix == ".py" or (path.suffix in TEMPLATES and "templates" in path.parts)
            if wanted and path.is_file() and "migrations" not in path.parts:
                yield path


def _texts_of(path: Path) -> Iterator[tuple]:
    source = path.read_text(encoding="utf-8")
    if path.suffix in TEMPLATES:
        try:
            source = templatize(source, origin=str(path))
        except SyntaxError as error:
            raise BrokenCatalogue(str(error)) from error
        # What is left between the calls are words without meaning; indented, they would be a syntax error.
        source = "\n".join(line.strip() for line in source.splitlines())
    yield from extract("python", BytesIO(source.encode()), keywords=KEYWORDS, comment_tags=["Translators"])


def merge(language: str, found: Catalog) -> bytes:
    """The .po file of `language` with exactly the texts in `found`; translations are kept, guesses not made."""
    catalog = read(language)
    catalog.update(found, no_fuzzy_matching=True, update_creation_date=False)
    out = BytesIO()
    write_po(out, catalog, width=100, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def read(language: str) -> Catalog:
    """Raises `BrokenCatalogue` where the file is not gettext; an absent file is an empty catalogue."""
    path = po_path(language)
    if not path.exists():
        return Catalog(language, project="onestop", fuzzy=False, header_comment="# One-stop case tracker")
    with path.open("rb") as file:
        try:
            return read_po(file, locale=language, abort_invalid=True)
        except PoFileError as error:
            raise BrokenCatalogue(f"{path}: {error}, line {error.lineno}: {error.line!r}") from error


# --- Checking -----------------------------------------------------------------------------------
def problems(language: str, found: Catalog) -> list[Problem]:
    """What keeps the catalogue of `language` from saying exactly what the code says."""
    catalog = read(language)
    wanted = {_key(message): message for message in found if message.id}
    present = {_key(message): message for message in catalog if message.id}
    result = []
    for key, message in wanted.items():
        if key not in present:
            result.append(
                Problem("is not in the catalogue (make translations)", _text(message), _place(message))
            )
        elif language != SOURCE_LANGUAGE and not _is_translated(present[key]):
            result.append(
                Problem(f"has no {catalog.locale.english_name} text", _text(message), _place(message))
            )
    for key, message in present.items():
        if key not in wanted:
            result.append(
                Problem("is no longer in the code (make translations)", _text(message), _place(message))
            )
        elif _is_translated(message):
            for error in message.check(catalog):
                result.append(Problem(f"translation is wrong, {error}", _text(message), _place(message)))
    return result


def _key(message: Message) -> tuple:
    return message.context, message.id


def _is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(strings) and not message.fuzzy


def _text(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else message.id


def _place(message: Message) -> str:
    file, line = (*message.locations, ("locale", None))[0]
    return f"{file}:{line}" if line else file


# --- Compiling ----------------------------------------------------------------------------------
def compile_catalogue(language: str) -> int | None:
    """Write the .mo file that Django reads when its .po is newer. Returns how many texts, None when not due."""
    source = po_path(language)
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
        return None
    catalog = read(language)
    draft = target.with_suffix(".mo.new")
    with draft.open("wb") as file:
        write_mo(file, catalog)
    draft.replace(target)  # a server that starts meanwhile reads the old file or the new one, never half
    return sum(1 for message in catalog if message.id and _is_translated(message))


def languages() -> list[str]:
    return [code for code, _ in settings.LANGUAGES]
