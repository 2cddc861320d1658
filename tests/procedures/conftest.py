"""Small seeds, browsers of those who keep the back office, and English in both."""

import pytest
from django.test import Client
from django.utils import translation

from procedures.models import (
    Agency,
    Staff,
)
from tests.procedures.small_seeds import SmallSeeds


@pytest.fixture
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def seeds(tmp_path):
    return SmallSeeds(tmp_path)


@pytest.fixture
def english_pages(settings):
    """Pages are read in English, the language of the source."""
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def keeper(world):
    """`keeper(role, agency)` is the browser of somebody who keeps the system there."""

    def signed_in(role: str, agency: Agency | None = None) -> Client:
        person = Staff.objects.create(
            username=f"{role}-{agency and agency.pk}", agency=agency, role=role, is_staff=True
        )
        client = Client()
        client.force_login(person)
        client.person = person
        return client

    return signed_in
