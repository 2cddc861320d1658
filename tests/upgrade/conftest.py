"""The other installation is the one of the tests of backups."""

from tests.onestop.backup.conftest import db_name_of_another, elsewhere

__all__ = ["db_name_of_another", "elsewhere"]
