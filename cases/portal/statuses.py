"""Statuses of the national portal, which may follow which, and what each verb sends (R45, T17); pure.

Inferred from systems that talk to the portal, so all of it is data. Only listed steps are sent; where a verb
would jump, the statuses in between go first.
"""

from collections import deque
from collections.abc import Mapping
from enum import IntEnum

from django.utils.translation import gettext as _

from cases.enums import State, Verb
from cases.limits import CannotCount


class PortalStatus(IntEnum):
    """Where the portal says that a dossier stands (`TrangThaiHoSo`)."""

    NEW = 1  # mới đăng ký
    RECEIVED = 2  # được tiếp nhận
    NOT_RECEIVED = 3  # không được tiếp nhận
    PROCESSING = 4  # đang xử lý
    SUPPLEMENT = 5  # yêu cầu bổ sung giấy tờ
    PAYMENT = 6  # yêu cầu thực hiện nghĩa vụ tài chính
    WITHDRAWAL = 7  # công dân yêu cầu rút hồ sơ
    STOPPED = 8  # dừng xử lý
    FINISHED = 9  # đã xử lý xong
    RETURNED = 10  # đã trả kết quả


class StatusRefused(CannotCount):
    """A status that there is not, or that cannot be reached from where the dossier stands."""


_S = PortalStatus
BEGINNINGS = frozenset({_S.NEW, _S.RECEIVED})
FOLLOWING: Mapping[PortalStatus, frozenset[PortalStatus]] = {
    _S.NEW: frozenset({_S.RECEIVED, _S.NOT_RECEIVED, _S.SUPPLEMENT}),
    _S.RECEIVED: frozenset({_S.PROCESSING}),
    _S.PROCESSING: frozenset({_S.SUPPLEMENT, _S.PAYMENT, _S.STOPPED, _S.FINISHED}),
    _S.SUPPLEMENT: frozenset({_S.PROCESSING, _S.STOPPED}),
    _S.PAYMENT: frozenset({_S.PROCESSING, _S.STOPPED}),
    _S.WITHDRAWAL: frozenset({_S.STOPPED}),
    _S.FINISHED: frozenset({_S.RETURNED}),
}
# A supplement that was asked for before the reception ends in reception or refusal.
AFTER_EARLY_SUPPLEMENT = frozenset({_S.RECEIVED, _S.NOT_RECEIVED})
WITHDRAWN_FROM = frozenset({_S.NEW, _S.RECEIVED, _S.PROCESSING, _S.SUPPLEMENT, _S.PAYMENT})

OF_STATE: Mapping[State, PortalStatus] = {
    State.SUBMITTED: _S.NEW,
    State.RECEIVED: _S.RECEIVED,
    State.DIGITIZED: _S.RECEIVED,
    State.PROCESSING: _S.PROCESSING,
    State.SUPPLEMENT: _S.SUPPLEMENT,
    State.PAID: _S.FINISHED,
    State.RETURNED: _S.RETURNED,
    State.REFUSED: _S.NOT_RECEIVED,
    State.STOPPED: _S.STOPPED,
}

# What a verb ends with; what is not here says nothing to the portal but a new due date, if anything.
SENT: Mapping[Verb, tuple[PortalStatus, ...]] = {
    Verb.SUBMIT: (_S.NEW,),
    Verb.RECEIVE: (_S.RECEIVED,),
    Verb.REFUSE: (_S.NOT_RECEIVED,),
    Verb.ASK_TO_COMPLETE: (_S.SUPPLEMENT,),
    Verb.START: (_S.PROCESSING,),
    Verb.REQUEST_SUPPLEMENT: (_S.SUPPLEMENT,),
    Verb.RESUME: (_S.PROCESSING,),
    Verb.RECORD_RESULT: (_S.PAYMENT,),  # only while a fee is outstanding, see `sent_by`
    Verb.SETTLE: (_S.FINISHED,),
    Verb.RETURN_RESULT: (_S.RETURNED,),
    Verb.WITHDRAW: (_S.WITHDRAWAL, _S.STOPPED),
    Verb.STOP: (_S.STOPPED,),
}


def following(
    status: PortalStatus | None, *, received: bool, result_exists: bool = False
) -> frozenset[PortalStatus]:
    """What may be sent next; None: nothing was sent yet."""
    if status is None:
        return BEGINNINGS
    if status == _S.SUPPLEMENT and not received:
        found = AFTER_EARLY_SUPPLEMENT
    else:
        found = FOLLOWING.get(status, frozenset())
    return found | {_S.WITHDRAWAL} if status in WITHDRAWN_FROM and not result_exists else found


def may_follow(
    before: PortalStatus | None, after: PortalStatus, *, received: bool, result_exists: bool = False
) -> bool:
    return after in following(before, received=received, result_exists=result_exists)


def status_of(state: str, *, result_ready: bool = False, fee_outstanding: bool = False) -> PortalStatus:
    """The status of a state; a result that waits for its fee has one of its own."""
    if state == State.PROCESSING and result_ready and fee_outstanding:
        return _S.PAYMENT
    return OF_STATE[State(state)]


def sent_by(
    verb: str, before: PortalStatus | None, *, received: bool, fee_outstanding: bool = False
) -> list[PortalStatus]:
    """The statuses that a verb sends, in order; nothing when the portal knows it already.

    Raises StatusRefused for a status that cannot be reached from where the portal has the dossier.
    """
    if verb == Verb.RECORD_RESULT and not fee_outstanding:
        return []  # 9 follows when it is settled
    if before is None and verb in {Verb.REFUSE, Verb.ASK_TO_COMPLETE, Verb.WITHDRAW}:
        return []  # at the desk before any code: the portal was never told of it
    sent: list[PortalStatus] = []
    for status in SENT.get(Verb(verb), ()):
        sent += way(sent[-1] if sent else before, status, received=received)
    return sent


def way(before: PortalStatus | None, after: PortalStatus, *, received: bool) -> list[PortalStatus]:
    """The shortest way of allowed steps, without the beginning; withdrawal only as its end."""
    if before == after:
        return []
    ways = deque([(before, [])])
    seen = {before}
    while ways:
        status, way = ways.popleft()
        # What has left the first statuses on the way has been received on it.
        is_received = received or _S.RECEIVED in way
        for step in sorted(following(status, received=is_received)):
            if step == after:
                return [*way, step]
            if step not in seen and step != _S.WITHDRAWAL:
                seen.add(step)
                ways.append((step, [*way, step]))
    raise StatusRefused(
        _("The portal has the dossier at status %(before)s; from there status %(after)s cannot be sent.")
        % {"before": "–" if before is None else before.value, "after": after.value}
    )


def as_status(number: int) -> PortalStatus:
    """Raises StatusRefused for a number that is no status."""
    try:
        return PortalStatus(number)
    except ValueError as error:
        raise StatusRefused(_("%(number)s is no status of the portal.") % {"number": number}) from error
