"""What is more than can be taken at once is answered with a sentence, on a page of the back office."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import Document
from tests.cases.admin.conftest import text_of

FILES = "More than 100 files were sent at once, so none was stored."
TOO_MUCH = "This page sent more than can be taken at once. Nothing was changed."


def files(count: int) -> dict:
    return {"file": [SimpleUploadedFile(f"quet-{n}.pdf", b"%PDF-1.4") for n in range(count)]}


def test_too_many_files_without_javascript_get_a_sentence_and_the_way_back(world, browser):
    page = reverse("admin:scans", args=[world.receive().pk])
    client = browser(world.clerk, enforce_csrf_checks=True)
    client.get(page)

    answer = client.post(page, files(101), headers={"Referer": f"http://testserver{page}"})

    assert answer.status_code == 400
    assert FILES in text_of(answer)
    assert f'href="http://testserver{page}"' in answer.content.decode()
    assert world.clerk.full_name in text_of(answer), "it is a page of the back office"
    assert not Document.objects.exists()


def test_the_way_back_leads_nowhere_else(world, browser):
    page = reverse("admin:scans", args=[world.receive().pk])

    answer = browser(world.clerk).post(page, files(101), headers={"Referer": "https://elsewhere.example/"})

    assert "elsewhere.example" not in answer.content.decode()
    assert f'href="{reverse("admin:index")}" data-key="b"' in answer.content.decode()


@pytest.mark.parametrize("sent", ["fields", "body"])
def test_too_many_fields_and_too_large_a_body_get_a_sentence(world, browser, settings, sent):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 20 if sent == "fields" else 2000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100 if sent == "body" else 10**6

    answer = browser(world.clerk).post(
        reverse("admin:group_person"), {f"chosen-{n}": "1.001193" for n in range(30)}
    )

    assert answer.status_code == 400
    assert TOO_MUCH in text_of(answer)


def test_who_is_not_signed_in_sees_no_frame_of_the_back_office(world):
    stranger = Client(enforce_csrf_checks=True)
    stranger.get(reverse("admin:login"))

    answer = stranger.post(reverse("admin:scans", args=[world.receive().pk]), files(101))

    assert answer.status_code == 400
    assert FILES in text_of(answer)
    assert "os-keys" not in answer.content.decode()


def test_another_malformed_request_is_only_called_so(world, browser):
    answer = browser(world.clerk).get(reverse("admin:index"), headers={"Host": "wrong host"})

    assert answer.status_code == 400
    assert "This request cannot be read." in text_of(answer)
