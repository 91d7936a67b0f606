"""Outgoing mail: jobs send it, so that nobody waits for a mail server, and none is lost with one."""

from typing import Any

from django.core.mail import EmailMessage

from pupmatch.lib.jobs import JobFailed


def deliver(message: EmailMessage) -> None:
    """Send it, from a task. Raises JobFailed: for the last time when the address is refused for good.

    Only the kind of a failure is kept: a mail server's own words quote the address.
    """
    try:
        message.send()
    except Exception as error:
        code = _code(error)
        words = f"The mail was not sent: {type(error).__name__} {code or ''}".rstrip()
        is_final = _is_about_the_address(error) and 500 <= code < 600
        raise JobFailed(words, is_final=is_final) from None


def _is_about_the_address(error: Any) -> bool:
    return bool(getattr(error, "recipients", None))


def _code(error: Any) -> int:
    """The server's answer, of SMTP or of a provider's API; 0 without one."""
    if _is_about_the_address(error):
        return next(iter(error.recipients.values()))[0]
    return getattr(error, "smtp_code", None) or getattr(error, "status_code", None) or 0
