"""The office's own texts of notices: which counts, what cannot be saved, and that no version ever changes."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import Error, transaction

from notifications import errors
from notifications.models import NoticeTemplate
from notifications.notices import built_in
from notifications.services.templates import reset_template, save_template, text_for
from tests.notifications.builders import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "en")]

DEMANDED = ("agency", "handler", "received", "step_time", "due")


@pytest.fixture
def keeper():
    return get_user_model().objects.create(username="nguoi-soan", full_name="Người Soạn Mẫu")


@pytest.fixture
def save(keeper):
    def saving(body="Own: {code}", kind="received", **values):
        values = {"language": "vi", "subject": "S {code}", "by": keeper, **values}
        return save_template(kind, body=body, **values)

    return saving


def body(channel="sms", kind="received", language="vi", now=None):
    return text_for(kind, language=language, channel=channel, now=now).body


def test_without_a_text_of_its_own_the_built_in_one_counts():
    assert [body("email"), body("sms")] == [built_in("received").body, built_in("received", "sms").body]


def test_the_offices_own_text_wins_for_its_event_and_language_only(save):
    save()
    assert body() == body("email") == "Own: {code}"
    assert body("email", kind="settled") == built_in("settled").body
    assert body("email", language="en") == built_in("received").body


def test_the_text_of_a_channel_wins_over_that_of_all(save):
    save()
    save("Short: {code}", channel="sms")
    assert [body("sms"), body("zalo")] == ["Short: {code}", "Own: {code}"]


def test_a_text_that_begins_later_counts_later(save):
    save("One")
    save("Two", active_from=NOW + timedelta(days=1))
    assert [body(), body(now=NOW + timedelta(days=1))] == ["One", "Two"]


def test_a_newer_version_counts_even_when_an_older_one_was_to_begin_later(save):
    save("One", active_from=NOW + timedelta(days=1))
    save("Two")
    assert body(now=NOW + timedelta(days=2)) == "Two"


def test_a_text_never_begins_in_the_past(save):
    assert save(active_from=NOW - timedelta(days=1)).active_from == NOW


def test_an_edit_is_a_new_version_that_says_who_and_when(save, keeper):
    assert [save("One").version, save("Two").version] == [1, 2]
    rows = NoticeTemplate.objects.of("received", "vi", "")
    assert [(row.version, row.body, row.author, row.created_at) for row in rows] == [
        (2, "Two", keeper, NOW),
        (1, "One", keeper, NOW),
    ]


def test_the_built_in_text_comes_back_and_the_versions_stay(save, keeper):
    save()
    save("Short", channel="sms")
    reset_template("received", language="vi", channel="sms", by=keeper)
    assert body("sms") == "Own: {code}"
    reset_template("received", language="vi", by=keeper)
    assert [body("email"), body("sms")] == [built_in("received").body, built_in("received", "sms").body]
    assert NoticeTemplate.objects.count() == 4
    with pytest.raises(errors.NotificationError):
        reset_template("received", language="vi", by=keeper)


@pytest.mark.parametrize(
    ("change", "error", "field", "names"),
    [
        ({"body": "{agency} {nonsense} {a.b}"}, errors.PlaceholderUnknown, "body", ["{nonsense}", "{a.b}"]),
        ({"subject": "{agency!r}"}, errors.PlaceholderUnknown, "subject", ["{agency!r}"]),
        (
            {"body": "{agency} {due}", "demanded": DEMANDED},
            errors.PlaceholderMissing,
            "body",
            ["{handler}", "{received}", "{step_time}"],
        ),
        ({"body": "  \n"}, errors.TextMissing, "body", []),
        ({"subject": " "}, errors.TextMissing, "subject", []),
        ({"body": "a" * 4001}, errors.TextTooLong, "body", ["4000"]),
        ({"subject": "a" * 201}, errors.TextTooLong, "subject", ["200"]),
        ({"kind": "digest"}, errors.NotificationError, "", []),
        ({"kind": "nonsense"}, errors.NotificationError, "", []),
        ({"channel": "fax"}, errors.NotificationError, "", []),
    ],
)
def test_what_could_not_be_filled_in_is_refused_and_named(save, change, error, field, names):
    with pytest.raises(error) as caught:
        save(**change)
    assert caught.value.field == field
    assert [name for name in names if name not in caught.value.sentence] == []
    assert NoticeTemplate.objects.count() == 0


def test_who_edits_an_older_version_is_told_that_somebody_was_faster(save):
    save("One", after=0)
    with pytest.raises(errors.SomebodyWasFaster):
        save("Two", after=0)
    assert body() == "One"


@pytest.mark.parametrize("change", [{"body": "x"}, {"built_in": True}])
def test_the_database_changes_no_version(save, change):
    save()
    with pytest.raises(Error), transaction.atomic():
        NoticeTemplate.objects.update(**change)
    with pytest.raises(Error), transaction.atomic():
        NoticeTemplate.objects.all().delete()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "digest"},
        {"language": "fr"},
        {"channel": "fax"},
        {"body": ""},
        {"built_in": True},
        {"version": 1},
    ],
)
def test_the_database_refuses_nonsense(save, keeper, change):
    save()
    values = {"kind": "received", "language": "vi", "version": 2, "subject": "s", "body": "b", **change}
    with pytest.raises(Error), transaction.atomic():
        NoticeTemplate.objects.create(active_from=NOW, created_at=NOW, author=keeper, **values)
