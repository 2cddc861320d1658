"""What a version says, in words: a page that is only read shows no codes and no JSON."""

from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from onestop.admin import display
from procedures import words


class ShownInWords:
    """Read-only twins of the fields that would show codes; `in_words` puts them in their place."""

    TWINS = {
        "subjects": "shown_subjects",
        "channels": "shown_channels",
        "legal_basis": "shown_legal_basis",
        "excluded_periods": "shown_periods",
        "answer_limits": "shown_answer_limits",
        "has_conditions": "shown_has_conditions",
        "has_form": "shown_has_form",
        "has_fee": "shown_has_fee",
    }

    def in_words(self, fieldsets) -> list:
        return [
            (title, {**options, "fields": [self.TWINS.get(name, name) for name in options["fields"]]})
            for title, options in fieldsets
        ]

    @display(description=_("who applies"))
    def shown_subjects(self, version):
        return words.who_applies(version)

    @display(description=_("channels"))
    def shown_channels(self, version):
        return words.ways_of_filing(version)

    @display(description=_("legal basis"))
    def shown_legal_basis(self, version):
        return _lines(version.legal_basis)

    @display(description=_("periods that do not count"))
    def shown_periods(self, version):
        return _lines(words.excluded_periods(version)) or _("none")

    @display(description=_("how soon a filing is answered"))
    def shown_answer_limits(self, version):
        return _lines(words.answer_limits(version)) or _("the general parameter")

    @display(description=_("has conditions"))
    def shown_has_conditions(self, version):
        return words.whether(version.has_conditions)

    @display(description=_("has a form"))
    def shown_has_form(self, version):
        return words.whether(version.has_form)

    @display(description=_("has a fee"))
    def shown_has_fee(self, version):
        return words.whether(version.has_fee)


def _lines(texts: list[str]):
    return format_html_join("", "<div>{}</div>", ((text,) for text in texts))
