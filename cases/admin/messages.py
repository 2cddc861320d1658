"""The outbox: what was sent to whom by which channel, and what was given up."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from cases.admin.scope import messages_of
from cases.admin.shown import badge, masked
from notifications.enums import MESSAGE_COLOURS, MessageChannel, MessageState
from notifications.errors import NotificationError
from notifications.models import Message, MessageAttempt, MessageReport
from notifications.services.messages import quiet_hours_now, retry_dead
from onestop import access
from onestop.admin import DropdownFilter, OnestopInline, display
from onestop.keyset import SortKey
from onestop.lists import KeysetModelAdmin


class MessageStateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return MessageState.choices

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() in MessageState.values else queryset


class ChannelFilter(DropdownFilter):
    title = _("channel")
    parameter_name = "channel"

    def lookups(self, request, model_admin):
        return MessageChannel.choices

    def queryset(self, request, queryset):
        return queryset.filter(channel=self.value()) if self.value() in MessageChannel.values else queryset


class AttemptInline(OnestopInline):
    model = MessageAttempt
    fields = readonly_fields = ["at", "succeeded", "detail"]


class ReportInline(OnestopInline):
    model = MessageReport
    fields = readonly_fields = ["status", "at", "told_at", "detail"]


@admin.register(Message)
class MessageAdmin(KeysetModelAdmin):
    viewers = staticmethod(access.sees_messages)
    list_display = [
        "created_at",
        "shown_state",
        "kind",
        "channel",
        "shown_recipient",
        "reference",
        "attempts",
        "last_error",
    ]
    sort_keys = {"created_at": SortKey("created_at")}
    standard_sort = "-created_at"
    sortable_by = ["created_at"]
    list_filter = [MessageStateFilter, ChannelFilter]
    search_fields = ["reference"]
    search_help_text = _("Dossier code")
    actions = ["send_again"]
    inlines = [AttemptInline, ReportInline]
    change_form_outer_before_template = "cases/admin/message_again.html"

    def rows_for(self, user, queryset):
        return queryset & messages_of(user)

    def get_fields(self, request, obj=None):
        content = ["subject", "body"] if access.sees_dossiers(request.user) else []
        return [
            "shown_state",
            "kind",
            "channel",
            "shown_recipient",
            "reference",
            *content,
            "attempts",
            "next_attempt_at",
            "last_error",
            "created_at",
            "sent_at",
        ]

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)

    @display(description=_("state"))
    def shown_state(self, message):
        held = message.held_until(timezone.now(), quiet_hours_now())
        if held:
            return badge(_t("Held until %(time)s") % {"time": f"{timezone.localtime(held):%H:%M}"}, "info")
        return badge(message.get_state_display(), MESSAGE_COLOURS[MessageState(message.state)])

    @display(description=_("recipient"))
    def shown_recipient(self, message):
        return masked(message.recipient)

    def has_repeat_permission(self, request):
        return access.repeats_messages(request.user)

    @admin.action(description=_("Send again what was given up"), permissions=["repeat"])
    def send_again(self, request, queryset):
        again, left = 0, 0
        for message in queryset:
            try:
                retry_dead(message)
                again += 1
            except NotificationError:
                left += 1
        if again:
            messages.success(request, _t("Put back into the outbox: %(count)s.") % {"count": again})
        if left:
            messages.warning(
                request, _t("Left as they are, because they were not given up: %(count)s.") % {"count": left}
            )

    def get_urls(self):
        again = require_POST(self.admin_site.admin_view(self.one_again))
        return [path("<int:pk>/again/", again, name="message_again"), *super().get_urls()]

    def one_again(self, request, pk: int):
        if not self.has_repeat_permission(request):
            raise PermissionDenied
        message = self.get_queryset(request).filter(pk=pk).first()
        if message is None:
            raise Http404
        try:
            retry_dead(message)
        except NotificationError as error:
            messages.error(request, error.sentence)
        else:
            messages.success(request, _t("The message is back in the outbox."))
        return redirect("admin:notifications_message_change", pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        may = {"may_repeat": self.has_repeat_permission(request)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **may})
