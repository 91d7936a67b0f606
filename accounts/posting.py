"""The way out of mails to people, so that nobody has a stranger's box filled by us.

Anybody may register an address that is not theirs, or ask for mail to it. So what tells somebody of
their account goes to addresses that are known to be their own, and what has to go to others is
counted by box (`mail_to_address`), whoever asks and however. `deliver` itself is for mails that
nobody can ask for; lint/rules.yaml says where.
"""

import logging

from django.core.mail import EmailMessage

from accounts.models import User, email_digest
from pupmatch.lib.jobs import is_first_try
from pupmatch.lib.mail import deliver
from pupmatch.lib.throttling import count_request
from screening.bans import mailbox

logger = logging.getLogger(__name__)


def is_own_address(user: User) -> bool:
    """Whether a mail to the account reaches its owner; colleagues vouch for those of staff."""
    return user.is_email_verified or user.is_staff


def tell(user: User, message: EmailMessage) -> None:
    """Send, from a task, what `user` ought to know; nothing to an address that may be a stranger's."""
    if is_own_address(user):
        deliver(message)


def send_counted(user: User, message: EmailMessage) -> None:
    """Send, from a task, what somebody asked for; past the limit nothing.

    Tries after the first are those of a mail that was counted.
    """
    if is_first_try() and not count_request("mail_to_address", _counted_as(user)).is_allowed:
        logger.info("mail not sent: its address has had enough")
        return
    deliver(message)


def _counted_as(user: User) -> str:
    # Whose address it is has a count of their own: what strangers ask for by tags of it uses up none
    # of it, and a new password can be asked for whenever it is needed.
    if is_own_address(user):
        return str(user.pk)
    # So has the plain address, which one account at a time has: by what it is, as others may have it next.
    box = mailbox(user.email)
    if user.email == box:
        return email_digest(f"plain {box}")
    # The others together, dots and tags aside, or each of them would have a limit of its own.
    return email_digest(box)
