"""The mails about an account, and its upkeep.

Mails are composed here and not where they are asked for, so that a link that sets a new password
never stands in the queue. Sent twice, each holds a link that works.
"""

from datetime import datetime
from uuid import UUID

from accounts import lockout, mails, services, standing
from accounts.models import User
from accounts.posting import send_counted, tell
from accounts.social import nonces
from accounts.staff import sessions
from pupmatch.lib.jobs import task
from pupmatch.lib.mail import deliver


@task(queue="mail", tries=12, priority=10)
def mail_verification(user_id: str) -> None:
    """The link that verifies the present address; nothing once it is verified."""
    if user := User.objects.filter(pk=user_id, email_verified_at=None).first():
        send_counted(user, mails.verification(user))


@task(queue="mail", tries=12, priority=10)
def mail_password_reset(user_id: str | None) -> None:
    """The link that sets a new password; nothing for nobody, who can ask for it like anybody."""
    user = User.objects.filter(pk=user_id).first() if user_id else None
    if user and user.may_sign_in:
        send_counted(user, mails.password_reset(user))


@task(queue="mail", tries=12)
def mail_address_changed(sealed_address: str) -> None:
    """The warning to the address that an account has left, which is stored nowhere else.

    It was verified, or nobody would have asked for this.
    """
    deliver(mails.address_changed(mails.unseal_address(sealed_address)))


@task(queue="mail", tries=12)
def mail_factor_changed(user_id: str, change: str) -> None:
    """What happened to somebody's second factors."""
    if user := User.objects.filter(pk=user_id).first():
        tell(user, mails.factor_changed(user, change))


@task(queue="mail", tries=12)
def mail_password_changed(user_id: str) -> None:
    """That there is another password."""
    if user := User.objects.filter(pk=user_id).first():
        tell(user, mails.password_changed(user))


@task(queue="mail", tries=12)
def mail_provider_changed(user_id: str, provider: str, change: str) -> None:
    """That Apple or Google opens the account now, or does no more."""
    if user := User.objects.filter(pk=user_id).first():
        tell(user, mails.provider_changed(user, provider, change))


@task(queue="mail", tries=12)
def mail_new_sign_in(user_id: str, signed_in_at: str) -> None:
    """That somebody signed in from where nobody had."""
    if user := User.objects.filter(pk=user_id).first():
        tell(user, mails.new_sign_in(user, datetime.fromisoformat(signed_in_at)))


@task(queue="upkeep", tries=10)
def end_suspension(user_id: str) -> None:
    """What was to end at this time, unless it was made to last longer."""
    standing.end_suspension(user_id=UUID(user_id))


@task(queue="upkeep", tries=3, every="37 3 * * *")
def end_suspensions() -> None:
    """What a lost job has left standing."""
    standing.end_suspensions()


@task(queue="upkeep", tries=3, every="23 3 * * *")
def clear_expired() -> None:
    """Old sign-ins, spent refresh tokens, old attempts."""
    services.clear_expired()


@task(queue="upkeep", tries=3, every="47 3 * * *")
def clear_staff_sign_ins() -> None:
    """Sessions of the admin that are over, and failures that count no more."""
    lockout.forget_old()
    sessions.forget_over()


@task(queue="upkeep", tries=3, every="11 * * * *")
def forget_nonces() -> None:
    """Those of sign-ins that nobody finished."""
    nonces.forget_old()
