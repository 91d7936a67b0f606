"""Work for later: files of photos."""

from uuid import UUID

from profiles import moving
from pupmatch.lib.jobs import task


@task(queue="moderation", tries=12)
def move_photo(photo_id: UUID | str) -> None:
    """Take a held photo away from where people may have kept its address."""
    moving.move_files(UUID(str(photo_id)))
