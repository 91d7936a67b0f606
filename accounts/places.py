"""Where an account has been signed in before: a mail tells its owner of anywhere else."""

import uuid
from ipaddress import ip_network

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.models import Session, User
from pupmatch.lib.jobs import enqueue
from pupmatch.lib.requests import Caller, network_of


def tell_if_new(*, user: User, caller: Caller, device_id: uuid.UUID | None) -> None:
    """Have the owner told of a sign-in that is about to be made, if it is from somewhere new.

    Not of the one that comes with registration: that is new for everybody.
    """
    if settings.NEW_SIGN_IN_MAIL and not _is_known(user, caller, device_id):
        at = timezone.now().isoformat(timespec="seconds")
        enqueue("accounts.tasks.mail_new_sign_in", user_id=user.pk, signed_in_at=at)


def _is_known(user: User, caller: Caller, device_id: uuid.UUID | None) -> bool:
    """Whether the device was seen, as long as sign-ins are kept; of no device, the network."""
    network = ip_network(network_of(caller.ip_address))
    within = Q(ip_address__range=(str(network[0]), str(network[-1])))
    seen = Q(device_id=device_id) if device_id else within
    return Session.objects.filter(seen, user=user).exists()
