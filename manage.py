#!/usr/bin/env python
"""Command line of the project.

Without `DATABASE_URL` a command that needs the database starts the private servers on its first
connection and stops them at its end (see `onestop/embedded/`).
"""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onestop.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError
    from environs import EnvError

    try:
        execute_from_command_line(sys.argv)
    except (EnvError, ImproperlyConfigured, OperationalError) as error:
        # A wrong setting or an absent database is news for the operator, not for the programmer.
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"{type(error).__name__}: {str(error).strip()}")


if __name__ == "__main__":
    main()
