"""What every log record carries. Imported before the applications load, so it knows no model."""

import contextvars
import logging
import re

current_request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
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
