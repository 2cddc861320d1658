"""Webhooks of the agencies that somebody administers, and the log of their deliveries."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.pagination import NewestEntries
from cases.api.reach import check_reach, rows_in_reach
from cases.api.serializers import webhooks as shapes
from cases.api.serializers.requests import NothingSerializer
from cases.api.views.base import WriteView
from cases.models import Webhook, WebhookDelivery
from cases.scopes import Scope
from cases.services import webhooks
from onestop import access


def with_secret(webhook: Webhook, *, by) -> dict:
    webhook.secret = webhooks.secret_of(webhook, by=by)
    return shapes.WebhookWithSecretSerializer(webhook).data


class WebhooksView(WriteView):
    """Base: only webhooks of agencies that the person administers, within the reach of the token."""

    serializer_class = shapes.WebhookSerializer
    scope = write_scope = Scope.WEBHOOKS

    def webhooks(self):
        mine = Webhook.objects.select_related("agency")
        if not access.keeps_agencies(self.request.user):
            return mine.none()
        mine = mine.filter(agency__in=access.agencies_of(self.request.user))
        return rows_in_reach(self.request, mine, "agency")

    def webhook(self) -> Webhook:
        return get_object_or_404(self.webhooks(), uuid=self.kwargs["hook"])


class WebhookListView(WebhooksView):
    status = 201

    @extend_schema(
        operation_id="webhooks",
        tags=["webhooks"],
        summary="List webhooks",
        responses=shapes.WebhookSerializer(many=True),
    )
    def get(self, request):
        return Response(shapes.WebhookSerializer(self.webhooks(), many=True).data)

    @extend_schema(
        operation_id="create_webhook",
        tags=["webhooks"],
        summary="Set up a webhook",
        description="By an administrator of the agency. The answer has the secret by which every delivery is "
        "signed; docs/api.md says how a receiver checks it.",
        request=shapes.NewWebhookSerializer,
        responses={201: shapes.WebhookWithSecretSerializer},
    )
    def post(self, request):
        self.need_key()
        given = {"events": [], **self.checked(shapes.NewWebhookSerializer)}
        check_reach(request, given["agency"])

        def create() -> dict:
            made = webhooks.create_webhook(given.pop("agency"), by=request.user, **given)
            return with_secret(made, by=request.user)

        return self.once(create)


class WebhookSwitchView(WebhooksView):
    @extend_schema(
        operation_id="switch_webhook",
        tags=["webhooks"],
        summary="Switch a webhook on or off",
        request=shapes.SwitchSerializer,
    )
    def post(self, request, hook):
        webhook, given = self.webhook(), self.checked(shapes.SwitchSerializer)
        return self.once(
            lambda: shapes.WebhookSerializer(webhooks.switch_webhook(webhook, by=request.user, **given)).data
        )


class WebhookSecretView(WebhooksView):
    serializer_class = shapes.WebhookWithSecretSerializer

    @extend_schema(
        operation_id="renew_secret",
        tags=["webhooks"],
        summary="Give a webhook a new secret",
        description="From now on deliveries are signed with the new one, which is in the answer.",
        request=NothingSerializer,
    )
    def post(self, request, hook):
        webhook = self.webhook()
        self.checked(NothingSerializer)
        return self.once(
            lambda: with_secret(webhooks.renew_secret(webhook, by=request.user), by=request.user)
        )


class WebhookPingView(WebhooksView):
    serializer_class = shapes.DeliverySerializer

    @extend_schema(
        operation_id="ping_webhook",
        tags=["webhooks"],
        summary="Send a delivery that is about nothing, to see whether it arrives",
        request=NothingSerializer,
    )
    def post(self, request, hook):
        webhook = self.webhook()
        self.checked(NothingSerializer)
        return self.once(lambda: shapes.DeliverySerializer(webhooks.ping(webhook, by=request.user)).data)


class DeliveryListView(WebhooksView):
    """The log of a webhook, newest first, with every attempt."""

    http_method_names = ["get", "head"]
    serializer_class = shapes.DeliverySerializer
    pagination_class = NewestEntries

    @extend_schema(
        operation_id="deliveries", tags=["webhooks"], responses=shapes.DeliverySerializer(many=True)
    )
    def get(self, request, hook):
        rows = WebhookDelivery.objects.filter(webhook=self.webhook()).prefetch_related("attempt_rows")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(shapes.DeliverySerializer(page, many=True).data)


class ReplayView(WebhooksView):
    serializer_class = shapes.DeliverySerializer

    @extend_schema(
        operation_id="replay",
        tags=["webhooks"],
        summary="Deliver once more, whatever became of it",
        description="With the same `id`, a new time and a new signature.",
        request=NothingSerializer,
    )
    def post(self, request, hook, delivery):
        found = get_object_or_404(
            WebhookDelivery.objects.select_related("webhook__agency"), webhook=self.webhook(), uuid=delivery
        )
        self.checked(NothingSerializer)
        return self.once(lambda: shapes.DeliverySerializer(webhooks.replay(found, by=request.user)).data)
