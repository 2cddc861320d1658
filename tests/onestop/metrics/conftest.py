"""A Prometheus that may read, and what it reads."""

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from onestop.metrics import tally

TOKEN = "a-token-of-the-tests"


@pytest.fixture(autouse=True)
def asked_anew(settings):
    """Every test asks the facts each time, and begins with nothing counted in this process."""
    settings.METRICS_CACHE_SECONDS = 0
    settings.METRICS_TOKEN = TOKEN
    tally._sums.clear()
    tally._Next.at = 0.0
    yield
    tally._sums.clear()


@pytest.fixture
def prometheus() -> Client:
    return Client(headers={"authorization": f"Bearer {TOKEN}"})


def figures(prometheus) -> dict[str, float]:
    """`name{label="value"}`, labels in the order of the alphabet → figure, as Prometheus reads the page."""
    answer = prometheus.get("/metrics")
    assert answer.status_code == 200
    return {
        sample.name
        + "".join(f'{{{label}="{value}"}}' for label, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }
