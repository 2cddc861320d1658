"""The parameters of this installation: ours, and the changes in the file `SCORECARD_PARAMETERS` (R51, R54)."""

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from cases.scorecard.editions import Edition, ParameterRefused
from cases.scorecard.outside import with_changes
from cases.scorecard.parameters import EDITIONS


def editions() -> tuple[Edition, ...]:
    """Read again when the file changed. Raises ParameterRefused with a sentence that names the file."""
    if not settings.SCORECARD_PARAMETERS:
        return EDITIONS
    path = Path(settings.SCORECARD_PARAMETERS)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        problem = error.strerror
    except ValueError as error:
        # Not JSON, or a refused parameter: both say what is wrong.
        problem = str(error)
    raise ParameterRefused(
        _("The parameters of the scorecard in %(path)s cannot be used: %(problem)s")
        % {"path": path, "problem": problem}
    )


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> tuple[Edition, ...]:
    return with_changes(json.loads(path.read_text(encoding="utf-8")))
