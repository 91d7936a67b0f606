"""Errors as the database, Redis, disk and bucket raise them, each with a word that nobody may be told."""

import errno

import botocore.exceptions
import psycopg
import redis
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from psycopg_pool import PoolTimeout


def of_driver(kind, cause):
    """Django's error, as it wraps the driver's."""
    error = kind("secret")
    error.__cause__ = cause("secret")
    return error


def of_bucket(status):
    answer = {"Error": {"Code": "secret"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return botocore.exceptions.ClientError(answer, "PutObject")


# Something is away or full, and may be well again in a moment.
OUTAGES = [
    OperationalError("secret: deadlock detected"),
    of_driver(OperationalError, psycopg.errors.QueryCanceled),
    of_driver(OperationalError, psycopg.errors.LockNotAvailable),
    of_driver(OperationalError, psycopg.errors.TooManyConnections),
    of_driver(OperationalError, psycopg.errors.DiskFull),
    of_driver(InternalError, psycopg.errors.ReadOnlySqlTransaction),
    of_driver(InternalError, psycopg.errors.IdleInTransactionSessionTimeout),
    psycopg.OperationalError("secret"),
    InterfaceError("secret: connection already closed"),
    PoolTimeout("secret: couldn't get a connection after 3.00 sec"),
    OSError(errno.ENOSPC, "secret"),
    OSError(errno.EFBIG, "secret"),
    ConnectionRefusedError(errno.ECONNREFUSED, "secret"),
    redis.ConnectionError("secret"),
    redis.TimeoutError("secret"),
    of_bucket(500),
    of_bucket(503),
    botocore.exceptions.ReadTimeoutError(endpoint_url="secret"),
    botocore.exceptions.EndpointConnectionError(endpoint_url="secret"),
]
# Nothing gets better by asking again.
MISTAKES = [
    IntegrityError("secret"),
    DataError("secret"),
    ProgrammingError("secret"),
    of_driver(InternalError, psycopg.errors.InFailedSqlTransaction),
    of_driver(OperationalError, psycopg.errors.ProgramLimitExceeded),
    of_driver(OperationalError, psycopg.errors.StatementTooComplex),
    FileNotFoundError(errno.ENOENT, "secret"),
    PermissionError(errno.EACCES, "secret"),
    redis.ResponseError("secret"),
    of_bucket(403),
]
