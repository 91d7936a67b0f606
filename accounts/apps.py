"""User, sign-in sessions, tokens, sign-in log, blocks, erasure."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """User, sign-in sessions, tokens, sign-in log, blocks, erasure."""

    name = "accounts"
    verbose_name = "who may sign in"
