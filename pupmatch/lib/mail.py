"""Outgoing mail: after the commit, and without making anybody wait for a mail server."""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

logger = logging.getLogger(__name__)

# Threads start with the first mail; the interpreter waits for the last one before it exits.
_senders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")


def send_after_commit(message: EmailMessage) -> None:
    """Send it once the current transaction has committed; a failure is logged, never raised.

    A mail server's seconds would hold up the request, and would tell by themselves who has an
    account; so it is spoken to from another thread.
    """
    transaction.on_commit(partial(_hand_over, message), robust=True)


def _hand_over(message: EmailMessage) -> None:
    if settings.MAIL_IN_BACKGROUND:
        # With the context, because the log line of a failure carries the request's id.
        _senders.submit(copy_context().run, _send, message)
    else:
        _send(message)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except Exception:
        # The addressee stays out of the log; the request id leads to the account.
        logger.exception("mail was not sent")
