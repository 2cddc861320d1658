"""One Vietnamese term for one concept: what is late is “quá hạn”, as the decrees say; citizens are “ông/bà”."""

import re

from onestop import translations

CITIZENS_PAGES = "templates/public/"


def texts() -> list[tuple[tuple[str, ...], str]]:
    """Where each Vietnamese text is shown, and the text with its plural."""
    found = []
    for message in translations.read("vi"):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        found.append((tuple(path for path, _line in message.locations), " ".join(strings)))
    return found


def test_what_is_late_has_one_name():
    assert [text for _places, text in texts() if re.search(r"\btrễ\b(?<!chậm trễ)", text, re.I)] == []


def test_citizens_are_addressed_with_respect():
    shown = [
        text
        for places, text in texts()
        if places and all(CITIZENS_PAGES in place for place in places) and re.search(r"\bbạn\b", text, re.I)
    ]
    assert shown == []


def test_the_report_asks_for_its_period_by_name():
    assert translations.read("vi").get("Reporting period").string == "Kỳ báo cáo"
