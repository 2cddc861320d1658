"""Fixtures of the services' tests."""

import pytest


@pytest.fixture
def english(settings):
    """Sentences are compared in English, the language of the source, also in other threads."""
    settings.LANGUAGE_CODE = "en"
