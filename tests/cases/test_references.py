"""Letters and messages name dossiers and agencies by text: their columns take whatever can be one."""

import pytest

from cases.models import Dossier
from notifications.models import Letter, LetterRegister, Message
from procedures.models import Agency


def length(model, field: str) -> int:
    return model._meta.get_field(field).max_length


@pytest.mark.parametrize("model", [Letter, Message])
def test_reference_takes_every_dossier_code(model):
    assert length(model, "reference") == length(Dossier, "code") == 60


@pytest.mark.parametrize("model", [Letter, LetterRegister])
def test_agency_takes_every_identifier(model):
    assert length(model, "agency_identifier") == length(Agency, "identifier") == 35
