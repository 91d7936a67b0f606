"""Django's backend for PostGIS, with a health check that costs nothing, and with patience."""

import select
from contextlib import nullcontext
from typing import Any

from django.contrib.gis.db.backends.postgis import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from django.utils.asyncio import async_unsafe
from psycopg.pq import TransactionStatus

from pupmatch.lib.database.patient import PatientConnection
from pupmatch.lib.database.schema import SchemaEditor
from pupmatch.lib.patience import current


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the connection before each request, where Django would run a query."""

    SchemaEditorClass = SchemaEditor

    @async_unsafe
    def connect(self) -> None:
        """Django's, but for what is half made when patience ends: that is not kept.

        Django would take it for one that commits by itself, and that knows our time zone.
        """
        try:
            super().connect()
        except BaseException:
            self.close()
            raise

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Django's, but for the kind of connection and for how long one is waited for."""
        self.isolation_level = IsolationLevel.READ_COMMITTED
        patience = current.get()
        with patience.wearing() if patience else nullcontext():
            if self.pool:
                self.pool.open()
                connection = self.pool.getconn(patience and max(0, patience.left_s))
            else:
                connection = PatientConnection.connect(**conn_params)
        try:
            self.register_geometry_adapters(connection)
        except BaseException:
            # A pool would wait for it for ever.
            connection.close()
            if self.pool:
                self.pool.putconn(connection)
            raise
        return connection

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
