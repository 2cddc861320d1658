"""Fixtures of the verbs' tests."""

import pytest


@pytest.fixture(autouse=True)
def _in_english(english):
    """Every sentence of a verb is compared in English."""
