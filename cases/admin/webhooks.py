"""Webhooks of the agencies that somebody administers: set up, looked at, repeated."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases.admin.verbs import act_and_tell
from cases.enums import EventKind
from cases.errors import CaseError
from cases.hooks import DELIVERY_COLOURS, PING, DeliveryState
from cases.models import Webhook, WebhookDelivery
from cases.services import webhooks as service
from onestop import access
from onestop.admin import badge
from onestop.admin_forms import OfficeForm
from onestop.keyset import SortKey
from onestop.lists import page_of
from procedures.models import Agency

PER_PAGE = 50


class WebhookForm(OfficeForm):
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Agency"),
        queryset=Agency.objects.none(),
        empty_label=None,
        help_text=gettext_lazy("Dossiers received or decided there or below are told of"),
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the webhook"),
        max_length=100,
        help_text=gettext_lazy("Which system listens"),
    )
    url = forms.CharField(
        label=gettext_lazy("Address"), max_length=500, help_text=gettext_lazy("Begins with https://")
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=EventKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("None chosen: every change of state"),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = access.agencies_of(user)


def webhooks(request):
    """Set a webhook up; below, those that there are."""
    _keepers_only(request)
    form = WebhookForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        answers = dict(form.cleaned_data)
        try:
            made = service.create_webhook(answers.pop("agency"), by=request.user, **answers)
        except CaseError as error:
            form.show_refusal(error)
        else:
            messages.success(request, _("Set up. Give the secret below to those who keep the receiver."))
            return redirect("admin:webhook", made.uuid)
    request.current_app = admin.site.name
    rows = [{"hook": hook, "badge": _hook_badge(hook)} for hook in _of(request.user)]
    context = admin.site.page_context(request, title=_("Webhooks"), form=form, rows=rows)
    return TemplateResponse(request, "cases/admin/webhooks.html", context)


def webhook(request, hook):
    """One webhook with its secret and the log of its deliveries."""
    found = _found(request, hook)
    deliveries = (
        WebhookDelivery.objects.filter(webhook=found)
        .select_related("dossier")
        .prefetch_related("attempt_rows")
        .order_by()
    )
    page = page_of(request, deliveries, SortKey("created_at", descending=True), PER_PAGE)
    rows = [
        {
            "delivery": delivery,
            "event": _("Ping") if delivery.event == PING else EventKind(delivery.event).label,
            "badge": badge(delivery.get_state_display(), DELIVERY_COLOURS[DeliveryState(delivery.state)]),
            "attempts": list(delivery.attempt_rows.all()),
            "may_repeat": delivery.state != DeliveryState.PENDING,
        }
        for delivery in page.rows
    ]
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=found.name,
        hook=found,
        badge=_hook_badge(found),
        events=[EventKind(kind).label for kind in found.events],
        secret=service.secret_of(found, by=request.user),
        rows=rows,
        page=page,
    )
    return TemplateResponse(request, "cases/admin/webhook.html", context)


@require_POST
def act(request, hook, what: str):
    """Switch it, give it a new secret, or send a ping."""
    found, user = _found(request, hook), request.user
    match what:
        case "on":
            act_and_tell(
                request,
                lambda: service.switch_webhook(found, by=user, active=True),
                _("Switched on; what waited is delivered now."),
            )
        case "off":
            act_and_tell(
                request,
                lambda: service.switch_webhook(found, by=user, active=False),
                _("Switched off; nothing is sent there any more."),
            )
        case "secret":
            act_and_tell(
                request,
                lambda: service.renew_secret(found, by=user),
                _("The secret below is the new one; the receiver needs it now."),
            )
        case "ping":
            act_and_tell(
                request,
                lambda: service.ping(found, by=user),
                _("A ping is on its way; within a minute the log says what became of it."),
            )
        case _other:
            raise Http404
    return redirect("admin:webhook", found.uuid)


@require_POST
def replay(request, hook, delivery):
    """Deliver once more."""
    found = _found(request, hook)
    wanted = found.deliveries.select_related("webhook__agency").filter(uuid=delivery).first()
    if wanted is None:
        raise Http404(_("There is no such delivery."))
    act_and_tell(
        request,
        lambda: service.replay(wanted, by=request.user),
        _("It is delivered once more within a minute."),
    )
    return redirect("admin:webhook", found.uuid)


def _of(user):
    return Webhook.objects.filter(agency__in=access.agencies_of(user)).select_related("agency")


def _found(request, uuid) -> Webhook:
    _keepers_only(request)
    found = _of(request.user).filter(uuid=uuid).first()
    if found is None:
        raise Http404(_("There is no such webhook, or it is one of another agency."))
    return found


def _hook_badge(hook: Webhook):
    return badge(_("on"), "success") if hook.is_active else badge(_("off"), "warning")


def _keepers_only(request) -> None:
    if not access.keeps_webhooks(request.user):
        raise PermissionDenied(_("Webhooks are kept by the administrators of the agencies."))
