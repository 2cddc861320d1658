"""The OpenAPI file is what the code is."""

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.utils import translation

FILE = Path(__file__).parents[3] / "docs" / "openapi.yaml"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_committed_file_is_up_to_date_in_any_language(tmp_path, language):
    """If not: `manage.py spectacular --file docs/openapi.yaml --validate --fail-on-warn`."""
    made = tmp_path / "openapi.yaml"
    with translation.override(language):
        call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    assert made.read_text() == FILE.read_text()


def test_every_operation_says_how_it_fails():
    document = yaml.safe_load(FILE.read_text())
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            assert {"429", "503"} <= set(answers), (method, path)
            assert "application/problem+json" in answers["503"]["content"]


def test_every_reading_says_that_it_refuses_unknown_parameters():
    for path, operations in yaml.safe_load(FILE.read_text())["paths"].items():
        assert "400" in operations.get("get", {"responses": ["400"]})["responses"], path


def test_schema_and_viewer_are_served_here(client):
    assert client.get("/api/v1/schema/").status_code == 200
    page = client.get("/api/v1/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert "cdn." not in page
