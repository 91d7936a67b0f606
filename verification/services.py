"""What owners do: show a document, and take it back while it waits."""

from django.db import transaction

from profiles.locks import lock
from profiles.models import Profile
from pupmatch.lib import files, private
from pupmatch.lib.problems import NotFound, Problem
from verification.models import Verification


class VerificationWaiting(Problem):
    """One of a kind waits at a time."""

    default_code = "verification_waiting"
    default_detail = "One of this kind waits to be looked at; take it back first."


class VerificationDecided(Problem):
    """Staff have looked at it, or the owner took it back."""

    default_code = "verification_decided"
    default_detail = "This was decided already."


def refuse_second(*, profile: Profile, kind: str) -> None:
    """Raises VerificationWaiting where one of this kind waits."""
    if profile.verifications.waiting().filter(kind=kind).exists():
        raise VerificationWaiting


def store_document(content: bytes) -> str:
    """Write a WebP file to the private storage and say its name.

    It is removed again within the hour unless `show` takes it over.
    """
    name = private.new_name("verifications")
    private.store({name: content})
    return name


@transaction.atomic
def show(*, profile: Profile, kind: str, document: str) -> Verification:
    """Have staff look at a stored document. Raises VerificationWaiting, NoProfile."""
    profile = lock(profile)
    refuse_second(profile=profile, kind=kind)
    files.keep([document])
    return Verification.objects.create(profile=profile, kind=kind, document=document)


@transaction.atomic
def take_back(*, verification: Verification) -> None:
    """Remove it with its document. Raises NotFound, and VerificationDecided once it was decided."""
    found = Verification.objects.select_for_update().filter(pk=verification.pk).first()
    if found is None:
        raise NotFound
    if found.state != Verification.State.WAITING:
        raise VerificationDecided
    found.delete()
    files.purge_after_commit()
