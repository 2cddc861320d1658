"""Texts are collected, merged and compiled without gettext's system packages."""

import gettext
import os

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import CommandError, call_command

from onestop import translations

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext

TITLE = _("Dossier")
LONG = _(
    "One sentence "
    "in two parts"
)

def days(count):
    # Translators: shown in a badge
    return ngettext("%(count)d day left", "%(count)d days left", count)

MAY = pgettext("month", "May")
NOT_A_TEXT = "plain"
"""
TEMPLATE = """{% load i18n %}
<div>
    <h1>{% translate "Overdue" %}</h1>
      {% if late %}
  <p title="{% translate 'Due date' as due %}">{{ due }} {{ _("Holder") }}</p>
      {% endif %}
    {% blocktranslate trimmed with name=agency.name %}
        Received by
        {{ name }}
    {% endblocktranslate %}
    {% blocktranslate count counter=n %}{{ counter }} letter{% plural %}{{ counter }} letters{% endblocktranslate %}
</div>
"""
TEXTS = {
    "Dossier",
    "One sentence in two parts",
    ("%(count)d day left", "%(count)d days left"),
    "May",
    "Overdue",
    "Due date",
    "Holder",
    "Received by %(name)s",
    ("%(counter)s letter", "%(counter)s letters"),
}


@pytest.fixture
def project(tmp_path, settings):
    """A project of one module and one template, with its own locale folder."""
    (tmp_path / "cases" / "templates").mkdir(parents=True)
    (tmp_path / "cases" / "models.py").write_text(CODE)
    (tmp_path / "cases" / "templates" / "list.html").write_text(TEMPLATE)
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    return tmp_path


def ids(catalog) -> set:
    return {
        tuple(message.id) if isinstance(message.id, list) else message.id for message in catalog if message.id
    }


def translate(language: str, **texts) -> None:
    """Fill in the catalogue of `language`: every text as given, else in brackets."""
    path = translations.po_path(language)
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    for message in catalog:
        if message.id and not isinstance(message.id, tuple):
            message.string = texts.get(message.id, f"[{message.id}]")
        elif message.id:
            message.string = (f"[{message.id[1]}]",)
    with path.open("wb") as file:
        translations.write_po(file, catalog)


def test_texts_of_code_and_templates_are_found(project):
    assert ids(translations.collect(project)) == TEXTS


def test_context_and_comment_travel_along(project):
    found = translations.collect(project)
    assert found.get("May", context="month").locations == [("cases/models.py", 14)]
    assert found.get("%(count)d day left").auto_comments == ["Translators: shown in a badge"]


def test_broken_template_names_itself(project):
    (project / "cases" / "templates" / "bad.html").write_text(
        "{% blocktranslate %}a {% if b %}c{% endif %}{% endblocktranslate %}"
    )
    with pytest.raises(CommandError, match="bad.html"):
        call_command("update_translations")


def test_update_keeps_translations_and_drops_what_the_code_lost(project, capsys):
    call_command("update_translations")
    assert ids(translations.read("vi")) == TEXTS
    translate("vi", Dossier="Hồ sơ")
    (project / "cases" / "models.py").write_text(CODE.replace('pgettext("month", "May")', '_("June")'))

    call_command("update_translations")
    catalog = translations.read("vi")
    assert catalog.get("Dossier").string == "Hồ sơ"
    assert ids(catalog) == TEXTS - {"May"} | {"June"}
    assert catalog.get("June").string == "", "a new text is never filled with a guess"
    assert not catalog.obsolete

    capsys.readouterr()
    call_command("update_translations")
    assert capsys.readouterr().out.splitlines() == ["locale/vi: unchanged", "locale/en: unchanged"]


def test_check_passes_when_every_text_is_translated(project, capsys):
    call_command("update_translations")
    translate("vi")
    capsys.readouterr()
    call_command("update_translations", "--check")
    assert capsys.readouterr().out.splitlines() == ["locale/vi: complete", "locale/en: complete"]


def test_check_names_what_has_no_vietnamese_text(project, capsys):
    call_command("update_translations")
    translate("vi", Overdue="")
    with pytest.raises(CommandError, match="locale/vi: 1 texts are not ready"):
        call_command("update_translations", "--check")
    assert "cases/templates/list.html:3: has no Vietnamese text: 'Overdue'" in capsys.readouterr().err


def test_check_names_stale_and_new_texts_and_changes_nothing(project, capsys):
    call_command("update_translations")
    translate("vi")
    before = translations.po_path("vi").read_bytes()
    (project / "cases" / "models.py").write_text(CODE.replace('_("Dossier")', '_("Case file")'))
    with pytest.raises(CommandError, match="2 texts"):
        call_command("update_translations", "--check")
    errors = capsys.readouterr().err
    assert "cases/models.py:4: is not in the catalogue (make translations): 'Case file'" in errors
    assert "cases/models.py: is no longer in the code (make translations): 'Dossier'" in errors
    assert translations.po_path("vi").read_bytes() == before


def test_check_names_a_lost_placeholder(project, capsys):
    call_command("update_translations")
    translate("vi", **{"Received by %(name)s": "Nơi nhận: %(ten)s"})
    with pytest.raises(CommandError, match="1 texts"):
        call_command("update_translations", "--check")
    assert "translation is wrong" in capsys.readouterr().err


def test_compiled_file_is_what_django_reads(project, capsys):
    call_command("update_translations")
    translate("vi", Dossier="Hồ sơ", May="tháng Năm")
    call_command("compile_translations")
    with translations.po_path("vi").with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("Dossier") == "Hồ sơ"
    assert compiled.pgettext("month", "May") == "tháng Năm"
    assert compiled.ngettext("%(count)d day left", "%(count)d days left", 1) == "[%(count)d days left]"


def test_compile_does_only_what_is_due(project, capsys):
    call_command("update_translations")
    translate("vi")
    call_command("compile_translations")
    capsys.readouterr()
    call_command("compile_translations")
    assert capsys.readouterr().out == ""
    later = translations.po_path("vi").with_suffix(".mo").stat().st_mtime + 1
    os.utime(translations.po_path("vi"), (later, later))
    call_command("compile_translations")
    assert capsys.readouterr().out == f"Compiled vi: {len(TEXTS)} texts\n"


def test_broken_catalogue_names_file_and_line(project):
    path = translations.po_path("vi")
    path.parent.mkdir(parents=True)
    path.write_text('msgid "a"\nmsgstr "b"\n\nnonsense\n')
    with pytest.raises(CommandError, match=r"django\.po: .*line"):
        call_command("compile_translations")


def test_own_texts_are_all_found():
    """The project's own code can be read to the end."""
    assert len(translations.collect(settings.BASE_DIR)) > 100
