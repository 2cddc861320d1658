"""The part of the settings that says where other systems answer: part of `onestop/settings.py`, which takes it whole.

An address that is empty means: not connected.
"""

from environs import Env

env = Env()

# What gateways of messages tell us is believed only when it is signed with this secret.
SMS_CALLBACK_SECRET = env.str("SMS_CALLBACK_SECRET", "")
ZALO_CALLBACK_SECRET = env.str("ZALO_CALLBACK_SECRET", "")
