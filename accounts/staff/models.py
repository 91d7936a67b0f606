"""What staff sign in with besides a password, and what went wrong; allauth's and axes' rows."""

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.db import models


class SecondFactorQuerySet(models.QuerySet["SecondFactor"]):
    """Second factors, by what they are good for."""

    def primary(self) -> "SecondFactorQuerySet":
        """What somebody signs in with every day: recovery codes are for when that is lost."""
        return self.exclude(type=Authenticator.Type.RECOVERY_CODES)

    def passkeys(self) -> "SecondFactorQuerySet":
        """Those that a browser shows."""
        return self.filter(type=Authenticator.Type.WEBAUTHN)

    def with_codes(self) -> "SecondFactorQuerySet":
        """Those whose codes are typed."""
        return self.exclude(type=Authenticator.Type.WEBAUTHN)


class SecondFactor(Authenticator):
    """An authenticator app, a passkey, or the recovery codes of a member of staff."""

    KINDS = {
        Authenticator.Type.TOTP: "Authenticator app",
        Authenticator.Type.WEBAUTHN: "Passkey",
        Authenticator.Type.RECOVERY_CODES: "Recovery codes",
    }

    objects = SecondFactorQuerySet.as_manager()

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What its owner calls it, or what it is."""
        return self.data.get("name") or self.KINDS[self.type]


class FailedSignIn(AccessAttempt):
    """How often guesses at an account failed, at one place or everywhere; `username` is a digest.

    `accounts.lockout` writes and reads them. `attempt_time` is that of the first failure.
    """

    class Meta:
        proxy = True
        verbose_name = "failed sign-in"

    def __str__(self) -> str:
        return f"{self.failures_since_start} from {self.ip_address}"
