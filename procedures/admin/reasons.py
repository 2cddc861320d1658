"""Ready reasons: sentences that officers and clerks use again and again."""

from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from onestop import access
from onestop.admin import OnestopModelAdmin, display
from procedures.models import ReadyReason


@admin.register(ReadyReason)
class ReadyReasonAdmin(OnestopModelAdmin):
    """Kept by the keepers of the catalogue; everybody sees what there is to choose from."""

    viewers = staticmethod(access.everybody)
    editors = staticmethod(access.keeps_catalogue)
    removers = staticmethod(access.keeps_catalogue)
    list_display = ["short_text", "use", "of_procedure", "position"]
    list_filter = ["use"]
    list_select_related = ["procedure"]
    search_fields = ["text", "procedure__code"]
    autocomplete_fields = ["procedure"]
    fields = ["use", "procedure", "text", "items", "position"]

    @display(description=_("reason"), ordering="text")
    def short_text(self, ready):
        return Truncator(ready.text).chars(120)

    @display(description=_("procedure"), ordering="procedure__code")
    def of_procedure(self, ready):
        return ready.procedure or _("all procedures")
