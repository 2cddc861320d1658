"""The backend: a connection that the server has closed is seen without a question to the server.

Django asks `SELECT 1` before the first query of each request (`CONN_HEALTH_CHECKS`): for a look-up every second
round trip. A server that goes down, is restarted or ends a session says so on the wire, and closes it; between
two requests nothing else ever arrives. So something to read is a goodbye, and a system call finds it.
"""

import select

from django.db.backends.postgresql import base
from psycopg import pq


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the server has said nothing since the last query, and would take another. Nothing is sent."""
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status == pq.TransactionStatus.INERROR:
            return False
        try:
            ready = select.poll()
            ready.register(self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
            return not ready.poll(0)
        except (OSError, base.Database.Error):
            return False
