"""Whatever is typed, scanned or sent: the own error of the place or an answer, and what is valid comes back whole."""

import base64
import json
import uuid
from datetime import date, datetime, timedelta, timezone

import pytest
from django.core import signing
from django.core.exceptions import ValidationError as FormError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from cases import lookup
from cases.api.pagination import AnswerFirst, ByProcedureCode, NewestEntries, NewestFirst
from cases.api.serializers.strict import MomentField
from cases.codes import code_in, compose, is_dossier_code
from cases.errors import CaseError
from cases.models import Dossier
from cases.notice_topics import OPTIONAL_TOPICS
from cases.public.passes import opened, pass_for
from cases.public.uploads import metadata
from cases.queries import tidy_code
from cases.services import idempotency
from cases.services.notice_choices import read_link, switch_off_url
from cases.services.rating import proved_dossier, rating_proof
from cases.vietqr import checksum, fields_of, transfer_payload
from cases.waiting import room_of
from onestop import admin_forms
from procedures.text import fold, one_line
from procedures.working_time import TZ

# Lone surrogates and NUL too: JSON and forms can carry both.
TEXTS = st.text(st.characters(codec=None), max_size=80)
ASCII = st.text(st.characters(codec="ascii"), max_size=80)
IDENTIFIERS = st.from_regex(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,3}){0,3}", fullmatch=True)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=5,
)
HEALTHY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
many = settings(derandomize=True, deadline=None, suppress_health_check=HEALTHY)
fewer = settings(many, max_examples=60)  # with the database


# --- Codes and secrets ------------------------------------------------------------------------------


@many
@given(TEXTS)
def test_any_text_is_a_code_or_none(text):
    for found in (tidy_code(text), code_in(text)):
        assert found == "" or is_dossier_code(found)


@many
@given(IDENTIFIERS, DAYS, st.integers(1, 10**6), TEXTS)
def test_a_code_is_found_again_in_what_was_typed(identifier, day, number, around):
    code = compose(identifier, day, number)
    assert tidy_code(f"  {code.lower()}\n") == code
    assert code_in(f"https://motcua.example/tra-cuu/?ma={code.lower()} ") == code
    assert code_in(f"{around} {code}") in {code, code_in(around)}


@many
@given(TEXTS)
def test_any_text_is_not_the_secret(text):
    dossier = Dossier(uuid=uuid.UUID(int=7))
    assert lookup.matches(dossier, text) is False
    assert lookup.matches(None, text) is False


@many
@given(st.uuids(), st.integers(0, 30_000), st.sampled_from(["", " ", "-", "."]))
def test_a_secret_opens_however_it_is_typed(number, turn, between):
    dossier = Dossier(uuid=number, secret_turn=turn)
    secret = lookup.secret_of(dossier)
    typed = between.join(secret.replace("-", "")).lower().replace("0", "o").replace("1", "l")
    assert lookup.matches(dossier, secret) and lookup.matches(dossier, typed)
    assert not lookup.matches(Dossier(uuid=number, secret_turn=turn + 1), secret)


# --- Names, dates and moments -----------------------------------------------------------------------


@many
@given(TEXTS)
def test_a_tidied_name_can_be_kept_and_stays_as_it_is(text):
    name = one_line(text)
    assert one_line(name) == name
    assert "\x00" not in name and name.encode().decode() == name


@many
@given(TEXTS)
def test_folding_folds_once(text):
    assert fold(fold(text)) == fold(text)


@many
@given(TEXTS | st.datetimes().map(lambda moment: f"{moment:%d/%m/%Y %H:%M}"))
def test_any_moment_of_the_office_is_one_or_refused(text):
    try:
        moment = admin_forms.MomentField(required=False).clean(text)
    except FormError:
        return
    assert moment is None or moment.astimezone(TZ).tzinfo is not None


@many
@given(st.datetimes(datetime(1900, 1, 1), datetime(9998, 12, 31)))
def test_a_moment_of_the_office_is_read_as_it_was_written(moment):
    read = admin_forms.MomentField().clean(f"{moment:%d/%m/%Y %H:%M}")
    assert f"{read.astimezone(TZ):%d/%m/%Y %H:%M}" == f"{moment:%d/%m/%Y %H:%M}"


@many
@given(
    TEXTS | st.datetimes().map(datetime.isoformat) | st.datetimes(timezones=st.timezones()).map(str) | JSON
)
def test_any_moment_that_is_sent_is_one_or_refused(value):
    try:
        moment = MomentField().run_validation(value)
    except ValidationError:
        return
    assert moment.utcoffset() is not None


@many
@given(
    st.datetimes(datetime(1900, 1, 1), datetime(9998, 12, 31)),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_a_moment_that_is_sent_is_the_same_moment(moment, offset):
    sent = moment.replace(tzinfo=timezone(offset))
    assert MomentField().run_validation(sent.isoformat()) == sent


# --- What travels in headers and addresses ----------------------------------------------------------


@many
@given(ASCII)
def test_any_header_is_metadata_of_an_upload_or_nothing(header):
    assert all(isinstance(value, str) for value in metadata(header).values())


@many
@given(st.dictionaries(st.from_regex(r"[a-z]{1,10}", fullmatch=True), st.text(max_size=40), max_size=8))
def test_metadata_of_an_upload_come_out_as_they_were_sent(told):
    pairs = [f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items()]
    assert metadata(",".join(pairs)) == told


@many
@given(TEXTS)
def test_any_text_is_a_transfer_code_or_none(text):
    try:
        fields = fields_of(text)
    except ValueError:
        return
    assert all(value in text for value in fields.values())


@many
@given(st.integers(1, 10**13 - 1), IDENTIFIERS, st.data())
def test_one_wrong_sign_in_a_transfer_code_is_noticed(amount, identifier, data):
    text = transfer_payload("970403", "0123456789", amount, identifier)
    place = data.draw(st.integers(0, len(text) - 5))
    sign = data.draw(st.sampled_from("0123456789ABCXYZ").filter(lambda sign: sign != text[place]))
    wrong = text[:place] + sign + text[place + 1 :]
    assert checksum(wrong[:-4]) != wrong[-4:]


@pytest.mark.parametrize("kind", [NewestFirst, AnswerFirst, NewestEntries, ByProcedureCode])
@many
@given(cursor=TEXTS | JSON.map(lambda v: base64.urlsafe_b64encode(json.dumps(v).encode()).decode()))
def test_any_cursor_is_a_position_or_refused(kind, cursor):
    try:
        _value, pk = kind()._position(cursor)
    except ValidationError:
        return
    assert isinstance(pk, int)


@given(TEXTS)
@fewer
def test_any_signed_address_that_we_did_not_sign_opens_nothing(db, text):
    assert read_link(text) is None
    assert behind(text) is None
    assert proved_dossier(text) is None
    assert room_of(text) is None


def behind(text: str) -> Dossier | None:
    with opened(text) as dossier:
        return dossier


@given(value=JSON)
@fewer
def test_signed_for_something_else_opens_nothing(db, value):
    """A signature says who wrote it, and not what it was written for."""
    text = signing.dumps(value, salt="something else")
    assert (read_link(text), behind(text), proved_dossier(text)) == (None, None, None)


def test_what_we_signed_opens_what_it_was_signed_for(world):
    dossier = world.receive()
    assert behind(pass_for(dossier)) == dossier
    assert proved_dossier(rating_proof(dossier)) == dossier
    for topic in OPTIONAL_TOPICS:
        token = switch_off_url(dossier.applicant, topic).rstrip("/").rpartition("/")[2]
        assert read_link(token) == (dossier.applicant, topic)


@given(key=TEXTS)
@fewer
def test_any_idempotency_key_is_taken_or_refused(world, key):
    try:
        answer = idempotency.once(world.clerk, key, "print", lambda: (200, {"key": key}))
    except CaseError as error:
        assert error.code == "idempotency_key_invalid" and error.sentence
    else:
        assert (answer.status, answer.body) == (200, {"key": key})
        again = idempotency.once(world.clerk, key, "print", lambda: (500, None))
        assert (again.status, again.body, again.replayed) == (200, {"key": key}, True)
