"""Lets somebody of staff back in whose second factors are lost."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User, normalize_email
from accounts.staff import factors


class Command(BaseCommand):
    """For when no superuser is left to do it in the admin. On record, and told by mail."""

    help = (
        "Remove every second factor of an account of staff, end its sign-ins to the admin, and lift a"
        " lockout. The next sign-in begins with setting up another."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and why."""
        parser.add_argument("email")
        parser.add_argument("--reason", default="", help="Kept on record.")

    def handle(self, *args: Any, email: str, reason: str, **options: Any) -> None:
        user = User.objects.filter(email=normalize_email(email), is_staff=True).first()
        if user is None:
            raise CommandError(f"There is no account of staff with the address {email}.")
        removed = factors.reset(user=user, by=None, reason=reason or "from the console")
        self.stdout.write(f"{removed} removed. {user.email} sets up another at the next sign-in.")
