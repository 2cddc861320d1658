"""Fixtures of the verbs' tests."""

from dataclasses import replace

import pytest


@pytest.fixture
def world(english, world):
    """Sentences are compared in English, the notices too."""
    world.applicant = replace(world.applicant, language="en")
    return world
