"""What every log record carries. Imported before the applications load, so it knows no model."""

import contextvars
import logging
import re

# Whose request it is, once that is known; None outside of one.
current_user_id: contextvars.ContextVar[str | None] = contextvars.ContextVar(
    "user_id", default=None
)
current_request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to every log record, and `user_id` where a good token or session came along."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
        user_id = current_user_id.get()
        if user_id and not hasattr(record, "user_id"):
            record.user_id = user_id
        return True


# What follows PostgreSQL's own sentence, up to the next exception of the chain.
QUOTED = re.compile(
    r"^(LINE \d+|DETAIL|CONTEXT|QUERY|HINT): .*?(?=\n\n(?:The above|During handling)|\Z)",
    re.MULTILINE | re.DOTALL,
)


class WithoutData(logging.Filter):
    """Leaves out of tracebacks what PostgreSQL quotes there of statements and of rows.

    A statement may hold where somebody looks for a playground, a row their address.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info:
            told = logging.Formatter().formatException(record.exc_info)
            if QUOTED.search(told):
                record.exc_info, record.exc_text = None, QUOTED.sub("(left out)", told)
        return True
