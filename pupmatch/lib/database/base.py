"""Django's backend for PostGIS, with a health check that costs nothing."""

import select

from django.contrib.gis.db.backends.postgis import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the connection before each request, where Django would run a query."""

    def is_usable(self) -> bool:
        """Whether the connection can be used.

        A server that is gone has closed its end, which can be read there; from an idle connection
        that is well there is nothing to read. Whatever else there is, the query finds out.
        """
        if self.connection is not None and not self.connection.closed:
            wire = self.connection.pgconn
            poll = select.poll()
            poll.register(wire.socket, select.POLLIN)
            if wire.transaction_status == TransactionStatus.IDLE and not poll.poll(0):
                return True
        return super().is_usable()
