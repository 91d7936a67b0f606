"""django-allauth and django-axes, as far as they are used: how staff sign in, and nothing public."""

import axes.apps
from allauth.account.apps import AccountConfig as AllauthAccountConfig
from django.contrib.auth import signals


class AccountConfig(AllauthAccountConfig):
    """Here because allauth.mfa builds on it. Its middleware, which it demands, serves its own pages."""

    def ready(self) -> None:
        """Nothing to prepare: none of its pages has an address."""


class AxesConfig(axes.apps.AppConfig):
    """Keeps what `accounts.lockout` counts, which is all that we use of it.

    Its receivers would forgive whatever failed at the address of whoever signs in, and write error
    lines for every wrong password of the API, whose authenticate() has no request.
    """

    @classmethod
    def initialize(cls) -> None:
        """Loads its defaults, without its checks, which miss the middleware that we have no use for."""
        if not cls.initialized:
            cls.initialized = True
            _disconnect()


def _disconnect() -> None:
    # Its handlers connect them with the first import.
    from axes import signals as receivers

    signals.user_login_failed.disconnect(receivers.handle_user_login_failed)
    signals.user_logged_in.disconnect(receivers.handle_user_logged_in)
    signals.user_logged_out.disconnect(receivers.handle_user_logged_out)
