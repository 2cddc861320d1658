"""The scripts of the back office stand beside each other on a page and share one set of names."""

import re
from collections import Counter
from pathlib import Path

from django.conf import settings

SCRIPTS = Path(settings.BASE_DIR) / "onestop" / "static" / "onestop"
DECLARED = re.compile(r"^(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)


def test_no_name_is_declared_by_two_scripts():
    """The second script would not run at all."""
    names = Counter(name for script in SCRIPTS.glob("*.js") for name in DECLARED.findall(script.read_text()))
    assert names["keepTyped"] == 1
    assert [name for name, times in names.items() if times > 1] == []
