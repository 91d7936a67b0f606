"""Exports are put together while nobody waits, and removed when their time is over."""

from uuid import UUID

from accounts.posting import tell
from exports import mails, services
from exports.models import Export
from pupmatch.lib.jobs import task


@task(queue="exports", tries=12)
def prepare(export_id: str) -> None:
    """Everything about a person, in a zip; nothing for whoever went or asked anew."""
    services.prepare(export_id=UUID(export_id))


@task(queue="mail", tries=12)
def mail_ready(export_id: str) -> None:
    """That it is there, to the owner of the address, who may not be who asked."""
    export = Export.objects.filter(pk=export_id).select_related("user").first()
    if export is not None and export.is_prepared:
        tell(export.user, mails.ready(export))


@task(queue="upkeep", tries=3, every="11 * * * *")
def forget_old() -> None:
    """Those that were there for seven days."""
    services.forget_old()
