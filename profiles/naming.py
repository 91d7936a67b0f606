"""What dogs may not be called."""

from rest_framework.serializers import ValidationError

from accounts.models import User
from screening.folding import folded

OURS = "pupmatch"


def check_not_ours(name: str, user: User) -> None:
    """Refuse a name that speaks for us, such as "PupMatch Team", however it is spelled.

    Staff may have one.
    """
    letters = "".join(filter(str.isalnum, folded(name)))
    if OURS in letters and not user.is_staff:
        raise ValidationError("Only our own people may be called that.", code="reserved")
