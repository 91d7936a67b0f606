"""What opens a socket."""

from datetime import timedelta

from django.db import models

from accounts.models import Session


class Ticket(models.Model):
    """A secret that opens one socket for a sign-in, once and soon; kept as its digest.

    It stands in an address, which proxies log, so it is worth nothing by the time anybody reads it.
    """

    LIFETIME = timedelta(seconds=30)

    digest = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="tickets")
    base_url = models.TextField(
        help_text="Where the API was asked for it: what addresses of pictures begin with."
    )
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"ticket until {self.expires_at:%Y-%m-%d %H:%M:%S}"
