"""System checks: parameters that nothing could be counted with."""

from django.conf import settings
from django.core.checks import Error, register

from cases.scorecard.editions import ParameterRefused
from cases.scorecard.installed import editions


@register
def check_scorecard_parameters(app_configs, **kwargs) -> list[Error]:
    """The file of the scorecard's parameters is there and can be used."""
    try:
        editions()
    except ParameterRefused as refused:
        return [
            Error(
                f"SCORECARD_PARAMETERS is {settings.SCORECARD_PARAMETERS}: {refused}",
                hint="Correct the file, or leave SCORECARD_PARAMETERS empty; then the built-in ones are used.",
                id="cases.E001",
            )
        ]
    return []
