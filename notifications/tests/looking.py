"""What came of it, in short."""

from notifications.models import Delivery, PushAttempt


def attempts() -> list[tuple]:
    """Every request: verdict, status and words."""
    rows = PushAttempt.objects.order_by("pk")
    return list(rows.values_list("verdict", "status_code", "detail"))


def latest() -> Delivery:
    """The last delivery that was made."""
    return Delivery.objects.latest("pk")
