"""The part of the settings that says what official letters are signed with: part of `onestop/settings.py`, which takes it whole."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env

env = Env()

# A file for all agencies, or with {agency} in its name one for each; the same holds for the label of a key.
SIGNING_PKCS12 = env.str("SIGNING_PKCS12", "")
SIGNING_PKCS11_MODULE = env.str("SIGNING_PKCS11_MODULE", "")
SIGNING_PKCS11_TOKEN = env.str("SIGNING_PKCS11_TOKEN", "")
SIGNING_PKCS11_KEY = env.str("SIGNING_PKCS11_KEY", "")
SIGNING_PASSPHRASE = env.str("SIGNING_PASSPHRASE", "")  # of the file, or the PIN of the token
SIGNING_ROOTS = env.str("SIGNING_ROOTS", "")  # PEM: whom signatures are trusted from
if _passphrase_file := env.str("SIGNING_PASSPHRASE_FILE", ""):
    try:
        SIGNING_PASSPHRASE = Path(_passphrase_file).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"SIGNING_PASSPHRASE_FILE cannot be read. {error}") from error
if SIGNING_PKCS12 and SIGNING_PKCS11_MODULE:
    raise ImproperlyConfigured("Set SIGNING_PKCS12 or SIGNING_PKCS11_MODULE, not both: one key signs.")
if SIGNING_PKCS11_MODULE and not (SIGNING_PKCS11_TOKEN and SIGNING_PKCS11_KEY):
    raise ImproperlyConfigured("SIGNING_PKCS11_MODULE needs SIGNING_PKCS11_TOKEN and SIGNING_PKCS11_KEY too.")
