"""What an owner is told."""

from events.publishing import publish
from verification.models import Verification


def tell(verification: Verification) -> None:
    """That staff decided about a document, or took a badge back; inside `recorded()`."""
    data = {"id": verification.pk, "state": verification.state}
    publish([verification.profile.user_id], "verification.decided", data)
