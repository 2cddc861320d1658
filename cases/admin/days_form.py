"""Which days the figures of a page are of: a first and a last one, at most a year apart."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.verb_forms import DAY
from onestop.admin_forms import OfficeForm

LONGEST = timedelta(days=366)


class DaysForm(OfficeForm):
    first = forms.DateField(label=gettext_lazy("First day"), widget=DAY)
    last = forms.DateField(label=gettext_lazy("Last day"), widget=DAY)

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and not first <= last <= first + LONGEST:
            raise forms.ValidationError(
                _("Choose a first and a last day in this order, at most a year apart.")
            )
        return self.cleaned_data


def asked_days(asked: Mapping[str, str], first: date) -> dict[str, object]:
    """What the address asks for; where it names no days, those from `first` to today."""
    named = {name: value for name, value in asked.items() if name in {"first", "last"}}
    return {**asked, **(named or {"first": first, "last": timezone.localdate()})}


def span_of(first: date, last: date) -> tuple[datetime, datetime]:
    """The first moment of these days in Việt Nam, and the first that does not belong to them any more."""
    start, end = (datetime.combine(day, time.min, timezone.get_default_timezone()) for day in (first, last))
    return start, end + timedelta(days=1)
