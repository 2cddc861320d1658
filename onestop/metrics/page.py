"""`/metrics`: for those who bring the token or ask from a network that is named, and for nobody else."""

import hmac
import logging
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from ipaddress import ip_address

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from redis import RedisError

from onestop.metrics import tally
from onestop.metrics.facts import Gauge, gauges
from onestop.signin import address_of

logger = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
CACHED = "metrics:gauges"


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. The facts are asked for once in `METRICS_CACHE_SECONDS`, however often it is read."""
    if not may_read(request):
        known = bool(settings.METRICS_TOKEN)
        refusal = HttpResponse(
            "Give METRICS_TOKEN as 'Authorization: Bearer …', or ask from one of METRICS_NETWORKS.\n",
            status=HTTPStatus.UNAUTHORIZED if known else HTTPStatus.FORBIDDEN,
            content_type="text/plain",
        )
        if known:
            refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    tally.hand_over()
    return HttpResponse(metrics_text(), content_type=CONTENT_TYPE)


def may_read(request: HttpRequest) -> bool:
    wanted, given = f"Bearer {settings.METRICS_TOKEN}", request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), wanted.encode()):
        return True
    try:
        address = ip_address((address_of(request) or "").strip())
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS_NETWORKS)


def metrics_text() -> bytes:
    registry = CollectorRegistry()
    registry.register(_Installation())
    return generate_latest(registry)


class _Installation(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from map(_gauge, _gauges())
        try:
            totals = tally.totals()
        except RedisError as error:
            logger.warning("requests and tasks are not told without Redis: %s", error)
            return
        yield from (_counter(family, totals) for family in tally.COUNTERS)
        yield from (_histogram(family, totals) for family in tally.HISTOGRAMS)


def _gauges() -> Iterable[Gauge]:
    if not settings.METRICS_CACHE_SECONDS:
        return gauges()
    return cache.get_or_set(CACHED, gauges, settings.METRICS_CACHE_SECONDS)


def _gauge(gauge: Gauge) -> GaugeMetricFamily:
    family = GaugeMetricFamily(gauge.name, gauge.meaning, labels=gauge.labels)
    for labels, value in gauge.values.items():
        family.add_metric(labels, value)
    return family


def _counter(family: tally.Family, totals: dict[tally.Field, float]) -> CounterMetricFamily:
    counter = CounterMetricFamily(family.name, family.meaning, labels=family.labels)
    for (name, labels, _part), amount in sorted(totals.items()):
        if name == family.name:
            counter.add_metric(labels, amount)
    return counter


def _histogram(family: tally.Family, totals: dict[tally.Field, float]) -> HistogramMetricFamily:
    histogram = HistogramMetricFamily(family.name, family.meaning, labels=family.labels)
    for labels in sorted({labels for name, labels, _part in totals if name == family.name}):
        cumulated, buckets = 0.0, []
        for bucket in (*map(str, tally.BUCKETS), tally.MORE):
            cumulated += totals.get((family.name, labels, bucket), 0)
            buckets.append((bucket, cumulated))
        histogram.add_metric(labels, buckets, totals.get((family.name, labels, tally.SUM), 0))
    return histogram
