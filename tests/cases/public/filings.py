"""A citizen at the page of an online filing: signed in, with a draft, as a browser without a script."""

import re

import pytest

from cases.models import OnlineDraft
from procedures.models import ProcedureVersion
from tests.cast import upload
from tests.citizens import sign_in


class Citizen:
    """Somebody before the form of one procedure."""

    def __init__(self, client, world, procedure, person: str = "vi-du"):
        self.client, self.world, self.procedure = client, world, procedure
        self.page = f"/nop-ho-so/{procedure.code}/"
        sign_in(client, person, self.page)
        version = ProcedureVersion.objects.get(procedure=procedure)
        self.form, self.identity, self.authorisation = version.components.order_by("position")

    @property
    def draft(self) -> OnlineDraft:
        return OnlineDraft.objects.get(
            account__pk=self.client.session["_auth_user_id"], procedure=self.procedure
        )

    def open(self):
        return self.client.get(self.page)

    def entered(self, **changes) -> dict:
        """Everything that the form asks for, with one file."""
        return {
            "draft": str(self.draft.key),
            "phone": "0900000101",
            "email": "vi.du@congdan.example",
            "notice_channels": ["email", "sms"],
            "desk": self.world.ward.identifier,
            "return_channel": "post",
            "f-content": "Đề nghị cấp giấy chứng nhận",
            f"way-{self.form.pk}": "upload",
            f"file-{self.form.pk}": upload("to-khai.pdf"),
            f"way-{self.identity.pk}": "paper",
            f"way-{self.authorisation.pk}": "none",
            "consent": "yes",
            **changes,
        }

    def send(self, button: str, **changes):
        return self.client.post(self.page, {**self.entered(**changes), button: "1"})

    def file(self, **changes):
        return self.send("file", **changes)


@pytest.fixture
def citizen(world, provider, client) -> Citizen:
    someone = Citizen(client, world, world.free)
    someone.open()
    return someone


def text_of(answer) -> str:
    """The words of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
