"""Browsers of the cast, and what the tests of the pages say often."""

import html
import re
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases import services
from cases.demo.build import build_demo
from cases.services.rollups import keep_rollups
from procedures.services.catalogue import load_catalogue
from procedures.working_time import TZ
from tests.procedures.small_seeds import SEEDS

MORNING = datetime(2026, 11, 20, 10, 30, tzinfo=TZ)


@pytest.fixture(autouse=True)
def english_pages(english):
    """Pages are read in English, the language of the source."""


@pytest.fixture
def demo(db):
    """A small demonstration on a Friday morning, with the letters and figures that the workers make."""
    load_catalogue(SEEDS, today=date(2026, 9, 1))
    with time_machine.travel(MORNING, tick=False):
        build_demo(28, seed=5)
        services.sweep()
        keep_rollups()
        yield


@pytest.fixture
def browser(settings):
    """`browser(person)` is a browser in which that person has signed in, for as long as the clock may move."""
    settings.SESSION_COOKIE_AGE = settings.SESSION_IDLE_SECONDS = 10 * 365 * 86_400

    def signed_in(person, **options) -> Client:
        client = Client(**options)
        client.force_login(person)
        return client

    return signed_in


def page_of(dossier) -> str:
    return reverse("admin:cases_dossier_change", args=[dossier.pk])


def verb_of(dossier, verb: str) -> str:
    return reverse("admin:dossier_verb", args=[dossier.pk, verb])


def text_of(response) -> str:
    """What a person reads on the page: no tags, blanks squeezed."""
    plain = re.sub(r"<(script|style|noscript).*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", plain)).split())


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]
