"""The part of the settings that says where other systems answer: part of `onestop/settings.py`, which takes it whole.

An address that is empty means: not connected.
"""

from environs import Env

env = Env()
