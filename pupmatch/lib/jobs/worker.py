"""The process that runs jobs: `manage.py work`.

procrastinate's worker ends when the database fails it, goes silent while it finishes its jobs, hands
nothing back and rescues nobody. So it works in shifts here: when the database fails, the shift ends,
and the next begins under a new number as soon as the database answers. What the old number left
unfinished is rescued like the work of a dead worker, because to the queue it is one.
"""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections
from procrastinate import PsycopgConnector
from procrastinate.app import WorkerOptions
from procrastinate.contrib.django import app, connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job as RunningJob
from procrastinate.worker import Worker
from psycopg_pool import AsyncConnectionPool

from pupmatch.lib.jobs.attempts import note_unknown
from pupmatch.lib.jobs.services import hand_back, rescue
from pupmatch.lib.models import Job

logger = logging.getLogger(__name__)

# Nobody tells a worker of a new job: that would slow down whoever enqueues it.
LOOK_FOR_JOBS_EVERY = 0.5
# How often a worker says that it lives, and looks for those who do not.
WATCH_EVERY = 1.0
CONNECT_TIMEOUT = 2.0
FAILURES = (ConnectorException, psycopg.Error, DatabaseError)


async def work(*, concurrency: int, grace: float) -> None:
    """Run jobs, `concurrency` at a time, until SIGTERM or SIGINT.

    Then running ones have `grace` seconds to finish. What is not done by then goes back into the
    queue, and the process ends there and then, because its threads cannot be stopped.
    """
    loop, told_to_stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    loop.set_exception_handler(_tell)
    # Two more, for names of hosts to be looked up while every job waits.
    loop.set_default_executor(ThreadPoolExecutor(concurrency + 2, thread_name_prefix="job"))
    app.perform_import_paths()
    logger.info("looking for jobs, %d at a time", concurrency)
    while not told_to_stop.is_set():
        reason = "it lost a statement"
        try:
            await _shift(told_to_stop, concurrency, grace)
        except FAILURES as error:
            reason = str(error.__cause__ or error).partition("\n")[0]
        if not told_to_stop.is_set():
            logger.warning("the database failed: %s; beginning anew", reason)
            with suppress(TimeoutError):
                await asyncio.wait_for(told_to_stop.wait(), WATCH_EVERY)
    logger.info("stopped; every job is done or back in the queue")


def _tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # Of jobs whose end could not be written down: with the shift that is over, and no fault of theirs.
    if not isinstance(context.get("exception"), FAILURES):
        loop.default_exception_handler(context)


class Connector(PsycopgConnector):
    """Notes when the database fails: what became of some job may have been left unsaid."""

    def __init__(self) -> None:
        super().__init__()
        self.failed = asyncio.Event()

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """As procrastinate's."""
        async with self._noting():
            await super().execute_query_async(query, **arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """As procrastinate's."""
        async with self._noting():
            return await super().execute_query_one_async(query, **arguments)

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """As procrastinate's."""
        async with self._noting():
            return await super().execute_query_all_async(query, **arguments)

    @asynccontextmanager
    async def _noting(self) -> AsyncIterator[None]:
        try:
            yield
        except ConnectorException as error:
            # Others are answers, such as that somebody else has ended the job.
            if isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
                self.failed.set()
            raise


class Noting(Worker):
    """Notes for staff why it gives up on a job whose task it does not know."""

    async def _process_job(self, context: JobContext) -> None:
        if context.job.task_name not in self.app.tasks:
            await _note_unknown(context.job)
        await super()._process_job(context)


async def _shift(told_to_stop: asyncio.Event, concurrency: int, grace: float) -> None:
    connector = Connector()
    # Every use is one statement, which needs no transaction around it.
    parameters = {**connector_params(), "autocommit": True}
    pool = AsyncConnectionPool(
        kwargs=parameters, min_size=1, max_size=concurrency + 2, timeout=CONNECT_TIMEOUT, open=False
    )
    try:
        await pool.open(wait=True, timeout=CONNECT_TIMEOUT)
        with app.replace_connector(connector):
            async with app.open_async(pool):
                options: WorkerOptions = {
                    **app.worker_defaults,
                    "concurrency": concurrency,
                    "fetch_job_polling_interval": LOOK_FOR_JOBS_EVERY,
                    "listen_notify": False,
                    "install_signal_handlers": False,
                    "stalled_worker_timeout": Job.STALLED.total_seconds(),
                }
                worker = Noting(app, **options)
                await _supervise(worker, connector.failed, told_to_stop, grace)
    finally:
        await pool.close()


async def _supervise(
    worker: Worker, failed: asyncio.Event, told_to_stop: asyncio.Event, grace: float
) -> None:
    async def live() -> None:
        if worker.worker_id:
            await app.job_manager.update_heartbeat(worker.worker_id)

    running = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(told_to_stop.wait())
    others = [
        asyncio.create_task(each)
        for each in (_repeat(live, failed), _repeat(_rescue, failed), failed.wait())
    ]
    try:
        await asyncio.wait({running, stopping, *others}, return_when=asyncio.FIRST_COMPLETED)
        worker.stop()
        # After a failure its running jobs may take as long as they like.
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await asyncio.wait({running}, timeout=grace)
        if not running.done():
            await _leave(worker.worker_id)
        await running
    finally:
        for task in (stopping, *others):
            task.cancel()


async def _repeat(act: Callable[[], Awaitable[None]], failed: asyncio.Event) -> None:
    while True:
        try:
            await act()
        except FAILURES:
            failed.set()
        await asyncio.sleep(WATCH_EVERY)


@sync_to_async
def _note_unknown(job: RunningJob) -> None:
    close_old_connections()
    note_unknown(job)


@sync_to_async
def _rescue() -> None:
    close_old_connections()
    rescue()


async def _leave(worker_id: int | None) -> None:
    if worker_id:
        with suppress(DatabaseError):  # then others will rescue them
            count = await sync_to_async(hand_back)(worker_id)
            logger.warning("%d jobs did not finish in time; back into the queue", count)
    logging.shutdown()
    os._exit(0)
