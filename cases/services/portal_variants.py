"""How the portal is spoken to, by variant (`PORTAL_VARIANT`): what a message is made of, and which calls tell it.

The outbox, its order and what follows a failure are the same for both, see `cases.services.portal`.
"""

import time
from typing import Protocol, Self

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases import queries
from cases.connections.portal import Access, Portal
from cases.connections.portal.moha import MohaAccess, MohaPortal
from cases.connections.systems import System
from cases.errors import FileMissing
from cases.models import Document, Dossier, DossierEvent, PortalDossier, PortalMessage
from cases.portal import moha
from cases.portal.content import HeldBack, dossier_message, step_message
from cases.portal.states import MessageKind
from cases.portal.statuses import PortalStatus, may_follow
from cases.services.connections import calling
from cases.services.portal_notes import Item, note_there
from onestop.outside import Garbled

PROCEDURES_STAY = 24 * 60 * 60  # seconds for which the portal's name of a field is remembered
MOHA = "moha"

# By address and procedure: until when it holds (monotonic seconds), and the code of the field.
_field_codes: dict[tuple[str, str], tuple[float, str]] = {}


class Variant(Protocol):
    """One session with the portal; `batch` is how many dossiers go in one call."""

    batch: int

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def sign_in(self) -> None:
        """Raises `OutsideError`."""

    def content(
        self, row: PortalDossier, message: PortalMessage, dossier: Dossier, event: DossierEvent | None
    ) -> dict:
        """The message as it is sent; asks first what has to be asked. Raises `OutsideError`, `CannotCount`."""

    def tell(self, items: list[Item]) -> None:
        """Send these, all of one kind. Raises `OutsideError`."""


def can_be_asked() -> bool:
    """Whether the portal says what it has of a dossier: then it is compared."""
    return settings.PORTAL_VARIANT != MOHA


def opened(*, whole_seconds: float | None = None) -> Variant:
    """`whole_seconds`: for all that is asked, where it is only a sign of life."""
    return (Moha if settings.PORTAL_VARIANT == MOHA else National)(whole_seconds)


def access(*, whole_seconds: float | None = None) -> Access:
    """Where the portal answers, as configured; an empty `url`: it is not connected.

    `whole_seconds` are for all that is asked, where somebody waits for it.
    """
    return Access(
        url=settings.PORTAL_URL,
        login_url=settings.PORTAL_LOGIN_URL,
        username=settings.PORTAL_USERNAME,
        password=settings.PORTAL_PASSWORD,
        unit=settings.PORTAL_UNIT,
        read_seconds=settings.PORTAL_READ_SECONDS,
        whole_seconds=whole_seconds,
        session_codes=tuple(settings.PORTAL_SESSION_CODES),
        filings_service=settings.PORTAL_FILINGS_SERVICE,
        filings_taken_service=settings.PORTAL_FILINGS_TAKEN_SERVICE,
    )


class National:
    """The portal itself: two services, and a question what it has."""

    def __init__(self, whole_seconds: float | None = None) -> None:
        self.batch = settings.PORTAL_BATCH
        self.portal = Portal(access(whole_seconds=whole_seconds))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.portal.__exit__(*error)

    def sign_in(self) -> None:
        self.portal.sign_in()

    def content(
        self, row: PortalDossier, message: PortalMessage, dossier: Dossier, event: DossierEvent | None
    ) -> dict:
        if message.kind == MessageKind.STEP:
            return step_message(dossier, message, row, event)
        if row.must_ask and row.known_status is None:
            self._ask_whether_it_is_known(row)
        _check_order(row, message, dossier)
        return dossier_message(
            dossier,
            message,
            row,
            field_code=self._field_code(dossier.version.procedure.code),
            was_received=_was_received(row, message),
        )

    def tell(self, items: list[Item]) -> None:
        contents = [item.content for item in items]
        if items[0].message.kind == MessageKind.STEP:
            self.portal.send_steps(contents)
        else:
            self.portal.send_dossiers(contents, is_updating=items[0].row.known_status is not None)

    def _ask_whether_it_is_known(self, row: PortalDossier) -> None:
        """After an unclear answer: what the portal has of it decides whether the next message is the first."""
        with calling(System.PORTAL):
            known = self.portal.look_up(row.code)
        if known is not None and known.status in set(PortalStatus):
            row.known_status = known.status
            row.known_is_received |= known.status == PortalStatus.RECEIVED
        row.must_ask = False

    def _field_code(self, procedure: str) -> str:
        key = (settings.PORTAL_URL, procedure)
        until, code = _field_codes.get(key, (0.0, ""))
        if not code or until < time.monotonic():
            with calling(System.PORTAL):
                there = self.portal.procedure(procedure)
            if there is None:
                raise HeldBack(_("Not sent: the portal knows no procedure %(code)s.") % {"code": procedure})
            code = there.field_code
            _field_codes[key] = (time.monotonic() + PROCEDURES_STAY, code)
        return code


class Moha:
    """Six calls, one dossier at a time. What the portal gives out – code, number, files – is noted at once."""

    batch = 1

    def __init__(self, whole_seconds: float | None = None) -> None:
        self.portal = MohaPortal(
            MohaAccess(
                url=settings.PORTAL_URL,
                token_url=settings.PORTAL_LOGIN_URL,
                client_id=settings.PORTAL_USERNAME,
                client_secret=settings.PORTAL_PASSWORD,
                read_seconds=settings.PORTAL_READ_SECONDS,
                whole_seconds=whole_seconds,
                session_codes=tuple(settings.PORTAL_SESSION_CODES),
                exists_codes=tuple(settings.PORTAL_EXISTS_CODES),
                paths=settings.PORTAL_PATHS,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.portal.__exit__(*error)

    def sign_in(self) -> None:
        self.portal.sign_in()

    def content(
        self, row: PortalDossier, message: PortalMessage, dossier: Dossier, event: DossierEvent | None
    ) -> dict:
        """The calls that tell it, by name; the number of the dossier is put in when it is known.

        What the portal has given no number is created first, whatever the message is: it may have been told to
        another portal until now. A step tells no status, so there the status goes before it.
        """
        is_step, is_new = message.kind == MessageKind.STEP, not row.number_there
        if not is_step:
            _check_order(row, message, dossier)
        # A new due date has no call of its own; a step is the one message that names one.
        is_step |= row.known_status == message.status
        if is_new:
            self._have_code(row, dossier)
        step = step_message(dossier, message, row, event)
        calls = {"progress": moha.progress_message(step)} if is_step else {}
        if is_step and not is_new:
            return calls
        told = dossier_message(
            dossier, message, row, field_code="-", was_received=_was_received(row, message)
        )
        for document in moha.told_files(dossier, message.at, message.status, is_new=is_new):
            self._have_file(row, document)
        calls["status"] = moha.status_message(told, step, row.files_there)
        if is_new:
            calls["create"] = moha.create_message(dossier, told, row.files_there, message.at)
        return calls

    def tell(self, items: list[Item]) -> None:
        for item in items:
            row, calls = item.row, item.content
            if not row.number_there:
                self._create(row, calls)
            if "progress" in calls:
                self.portal.progress({**calls["progress"], "IDHoSo": row.number_there})
            else:
                self.portal.status({**calls["status"], "IdHoSo": row.number_there})

    def _create(self, row: PortalDossier, calls: dict) -> None:
        """Sent again after a lost answer it has the same code, and is not created twice."""
        number = self.portal.create(calls["create"])
        if "progress" in calls:  # noted only when the status is there too: nobody would tell it afterwards
            self.portal.status({**calls["status"], "IdHoSo": number})
        note_there(row, number_there=number)

    def _have_code(self, row: PortalDossier, dossier: Dossier) -> None:
        if row.code_is_theirs:
            return
        with calling(System.PORTAL):
            code = self.portal.next_code(dossier.receiving_desk.identifier)
        try:
            with transaction.atomic():
                note_there(row, code=code, code_is_theirs=True)
        except IntegrityError as error:
            raise Garbled(_("The portal gave out a code that another dossier has.")) from error

    def _have_file(self, row: PortalDossier, document: Document) -> None:
        key = str(document.pk)
        if key in row.files_there:
            return
        try:
            with queries.open_file(document) as file:
                content = file.read()
        except FileMissing as error:
            raise HeldBack(
                _("Not sent: the file “%(name)s” cannot be read here.") % {"name": document.name}
            ) from error
        with calling(System.PORTAL):
            there = self.portal.upload(document.name, document.mime_type, content)
        note_there(row, files_there={**row.files_there, key: [there.number, there.digest]})


def _was_received(row: PortalDossier, message: PortalMessage) -> bool:
    return row.known_is_received or message.status == PortalStatus.RECEIVED


def _check_order(row: PortalDossier, message: PortalMessage, dossier: Dossier) -> None:
    """Only listed steps are sent (R45); the same status again is an update. Raises `HeldBack`."""
    before = PortalStatus(row.known_status) if row.known_status else None
    after = PortalStatus(message.status)
    has_result = dossier.finished_at is not None and dossier.finished_at <= message.at
    if before != after and not may_follow(
        before, after, received=row.known_is_received, result_exists=has_result
    ):
        raise HeldBack(
            _("Not sent: the portal has the dossier at status %(before)s, and %(after)s may not follow.")
            % {"before": "–" if before is None else before.value, "after": after.value}
        )
