"""Where a procedure is filed online."""

from procedures.guide import Guide


def filing_address(guide: Guide) -> str:
    """The address of the online filing of this procedure; empty when it is not filed online today."""
    return f"/nop-ho-so/{guide.version.procedure.code}/" if guide.is_filed_online else ""
