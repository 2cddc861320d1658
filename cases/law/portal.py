"""Topics of published cases on the national portal: statuses and dates (R45, R47)."""

from django.utils.translation import gettext as _

from cases.law.files import Inputs
from cases.law.installation import Installation
from cases.portal import statuses as portal
from cases.portal import wire

Answer = dict[str, object]


def statuses(case: Inputs, installation: Installation) -> Answer:
    """R45."""
    match case.text("kind"):
        case "transition":
            allowed = portal.may_follow(
                portal.as_status(case.whole("from")) if "from" in case else None,
                portal.as_status(case.whole("to")),
                received=case.truth("received"),
                result_exists=case.truth("result_exists"),
            )
            return {"allowed": allowed}
        case "mapping":
            status = portal.status_of(
                case.text("state"),
                result_ready="result_ready" in case and case.truth("result_ready"),
                fee_outstanding="fee_outstanding" in case and case.truth("fee_outstanding"),
            )
            return {"status": status.value}
        case "messages":
            return {"statuses_sent": _sent(case)}
        case kind:
            raise case.bad(
                "kind",
                _("“%(kind)s” is not one of: %(kinds)s")
                % {"kind": kind, "kinds": "transition, mapping, messages"},
            )


def _sent(case: Inputs) -> list[int]:
    before = portal.as_status(case.whole("portal_status_before")) if "portal_status_before" in case else None
    sent = portal.sent_by(
        case.text("verb"),
        before,
        received=before not in {None, portal.PortalStatus.NEW},
        fee_outstanding="fee_outstanding" in case and case.truth("fee_outstanding"),
    )
    return [status.value for status in sent]


def portal_dates(case: Inputs, installation: Installation) -> Answer:
    """R47."""
    match case.text("kind"):
        case "format":
            return {"wire": wire.written(case.moment("value"))}
        case "due_required":
            return {"accepted": _is_accepted(case)}
        case kind:
            raise case.bad(
                "kind",
                _("“%(kind)s” is not one of: %(kinds)s") % {"kind": kind, "kinds": "format, due_required"},
            )


def _is_accepted(case: Inputs) -> bool:
    try:
        wire.check_due_date(
            portal.as_status(int(case.text("TrangThaiHoSo"))),
            case.text("NgayHenTra", ""),
            decided_at_once=case.truth("decided_at_once"),
        )
    except wire.DateRefused:
        return False
    return True
