"""The official forms that we print, by set of forms; pure.

Which set is used follows the day on which the form is issued (T6): the caller knows the day and
names the set, `01/2018` (Circular 01/2018/TT-VPCP) or `03/2025` (Circular 03/2025/TT-VPCP).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """One form (mẫu) of one circular.

    `paper` is `a4` or `a5`. `asks_for_extension`: since 2025 the apology also proposes the extension.
    """

    number: str
    title: str
    circular: str
    paper: str
    asks_for_extension: bool = False


_CIRCULAR_2018 = "Thông tư số 01/2018/TT-VPCP"
_CIRCULAR_2025 = "Thông tư số 03/2025/TT-VPCP"
_RECEIPT_TITLE = "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"

_APOLOGY = {
    "01/2018": Form("04", "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", _CIRCULAR_2018, "a5"),
    "03/2025": Form("04", "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN", _CIRCULAR_2025, "a4", True),
}
# The circular of 2025 names no paper for the receipt that we know of; desks go on with the half sheet.
_RECEIPT = {
    "01/2018": Form("01", _RECEIPT_TITLE, _CIRCULAR_2018, "a5"),
    "03/2025": Form("01", _RECEIPT_TITLE, _CIRCULAR_2025, "a5"),
}


def apology_form(forms: str) -> Form:
    """Form 04 of the named set; `forms` such as `03/2025` or `03/2025: forms 01-07`."""
    return _of_set(_APOLOGY, forms)


def receipt_form(forms: str) -> Form:
    """Form 01 of the named set; `forms` such as `03/2025` or `03/2025: forms 01-07`."""
    return _of_set(_RECEIPT, forms)


def _of_set(table: dict[str, Form], forms: str) -> Form:
    circular = forms.partition(":")[0]
    if circular not in table:
        raise ValueError(f"No set of forms is called {forms!r}; known are {', '.join(sorted(table))}.")
    return table[circular]
