"""System checks: parameters that nothing could be counted with, and a key that ends."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.utils import timezone

from cases.connections.exchange.signatures import BadKey
from cases.exchange_partners import is_connected, own_certificate
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


@register(Tags.security)
def check_key_of_exchange(app_configs, **kwargs) -> list[Warning]:
    """With an ended certificate other installations take nothing, and nothing of theirs is taken here."""
    if not is_connected():
        return []
    try:
        certificate = own_certificate()
    except BadKey as error:
        return [
            Warning(
                f"EXCHANGE_PKCS12 cannot be used: {error}",
                hint="Until it can, nothing is exchanged with other installations. Correct it or EXCHANGE_PASSPHRASE.",
                id="cases.W001",
            )
        ]
    if not certificate.ends_soon(timezone.now()):
        return []
    return [
        Warning(
            f"The certificate of EXCHANGE_PKCS12 holds from {certificate.begins:%d/%m/%Y} to "
            f"{certificate.ends:%d/%m/%Y %H:%M}; then other installations take nothing from here any more.",
            hint="Make a new one, give its certificate to every partner beside the old one, then change the file.",
            id="cases.W002",
        )
    ]
