"""Used when `DATABASE_URL` is unset, so that any command, worker or server finds its database.

Commands that never connect (help, check, …) start nothing.
"""

from django.conf import settings
from django.db.backends.postgresql.client import DatabaseClient as PostgresqlClient
from django.db.utils import OperationalError

from onestop.database import base
from onestop.embedded import EmbeddedError, postgresql, servers


def ensure() -> None:
    """Raises `OperationalError`, as every other reason for having no database does."""
    try:
        servers.ensure(settings.DATA_DIR, services=settings.EMBEDDED_SERVICES)
    except EmbeddedError as error:
        raise OperationalError(str(error)) from error


class DatabaseClient(PostgresqlClient):
    """`manage.py dbshell` with the wheel's own psql."""

    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict, parameters):
        args, env = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(postgresql.wheel_dir() / "pginstall" / "bin" / "psql"), *args[1:]], env

    def runshell(self, parameters):
        ensure()
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def get_new_connection(self, conn_params):
        ensure()
        return super().get_new_connection(conn_params)
