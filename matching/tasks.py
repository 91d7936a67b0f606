"""Work for later: decks that run low, and upkeep of what matches and all below them count."""

from uuid import UUID

from matching import candidates, deck, former
from matching.counters import check_counters
from profiles.models import Profile
from pupmatch.lib.jobs import task


@task(queue="decks", tries=3)
def refill_deck(profile_id: UUID | str) -> None:
    """Fill somebody's deck before it runs dry."""
    viewer = Profile.objects.select_related("user__preferences").filter(pk=profile_id).first()
    if viewer is not None:
        deck.refill(viewer)


@task(queue="upkeep", tries=3, every="33 4 * * *")
def repair_counters() -> None:
    """Set right what does not agree with the rows that it is counted from."""
    check_counters(repair=True)


@task(queue="upkeep", tries=3, every="48 4 * * *")
def forget_old_decks() -> None:
    """Remove decks that nobody looks at any more, and passes between dogs that are long gone."""
    candidates.forget_old_decks()
    former.forget_former_passes()
