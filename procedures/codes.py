"""Patterns of national codes (R6, portal-sync): agencies and procedures; pure.

The whole string must match and digits are ASCII digits. A national rule on codes is announced by
Decree 309/2026, so the patterns stay together here, by the name that published cases use.
"""

import re

AGENCY_OLD = r"^[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}\Z"
AGENCY_NEW = r"^(?=.{1,35}\Z)[A-Z][0-9]{2}(\.[0-9A-Z]{1,3})*\Z"
PROCEDURE = r"^[0-9]\.[0-9]{6}(\.000\.00\.00)?(\.[A-Z][0-9]{2})?\Z"


def is_agency_code(value: str, *, old: bool = False) -> bool:
    """Agency identifier: new style by Decision 20/2020/QĐ-TTg, or the old one of QCVN 102:2016."""
    return re.match(AGENCY_OLD if old else AGENCY_NEW, value) is not None


def is_procedure_code(value: str) -> bool:
    """National procedure code such as `1.001193`, also with the long provincial suffix."""
    return re.match(PROCEDURE, value) is not None
