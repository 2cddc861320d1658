"""A citizen with two windows: a draft is filed once, and two files at once do not pass the quota together."""

import hashlib

import pytest

from cases.errors import CaseError
from cases.models import Document, Dossier, OnlineFiling, OnlineUpload
from cases.services.accounts import new_citizen, sign_in_citizen
from cases.services.online_drafts import draft_for
from cases.services.online_filing import OnlineFacts, file_online
from cases.services.online_uploads import add_whole, begin_upload
from procedures.models import Staff
from tests.cases.helpers import in_parallel
from tests.cast import pdf, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(world) -> Staff:
    someone = new_citizen(Staff(), world.applicant.full_name)
    someone.save()
    sign_in_citizen(someone, world.applicant)
    return someone


@pytest.fixture
def draft(account, world):
    return draft_for(account, world.free)


def test_draft_is_filed_once_however_often_it_is_sent(world, account, draft):
    form, identity, authorisation = world.free.versions.get().components.order_by("position")
    add_whole(draft, upload(), component=form)
    facts = OnlineFacts(
        desk=world.ward,
        answers={"content": "Đề nghị cấp giấy"},
        ways={form.pk: "upload", identity.pk: "paper", authorisation.pk: "none"},
        consent=True,
    )
    filed = in_parallel([lambda: file_online(account, draft.key, facts).pk] * 6, connections=6)
    assert len(set(filed)) == 1
    assert (Dossier.objects.count(), OnlineFiling.objects.count(), Document.objects.count()) == (1, 1, 1)


def test_files_at_once_do_not_pass_the_quota_together(world, draft, settings):
    component = world.free.versions.get().components.first()
    settings.ONLINE_QUOTA_BYTES = 2 * len(pdf(2))

    def begin(number: int):
        content = pdf(2)[:-1] + bytes([number])
        try:
            begin_upload(
                draft,
                component=component,
                name=f"{number}.pdf",
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            )
        except CaseError as error:
            return error.code
        return "taken"

    answers = in_parallel([lambda number=number: begin(number) for number in range(6)], connections=6)
    assert sorted(answers) == ["quota"] * 4 + ["taken"] * 2
    assert OnlineUpload.objects.count() == 2
