"""Evidence: frozen together with the report, out of reach of whatever becomes of the original.

Words stand in the row. Photos are held where they are (`pupmatch.lib.files.hold`) until a job has
copied them into the private storage; what its owner has deleted meanwhile then goes. Each step may
be repeated, and a kill between two of them loses nothing: a copy that no row refers to goes within
the hour, and what has no copy stays held.
"""

import json
import logging
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from rest_framework.utils.encoders import JSONEncoder

from moderation.models import Case, Evidence, EvidenceFile, Report
from moderation.snapshots import snapshot
from moderation.subjects import Thing
from pupmatch.lib import files, private
from pupmatch.lib.jobs import enqueue

logger = logging.getLogger(__name__)

FOLDER = "evidence"


def freeze(report: Report, thing: Thing) -> Evidence:
    """Keep what was reported as it stands, with its context and its owner's photos.

    Call it in the transaction that stores the report, with the owner's profile locked: until it
    commits no photo can go.
    """
    content = json.loads(json.dumps(snapshot(thing), cls=JSONEncoder))
    evidence = Evidence.objects.create(report=report, content=content)
    if _keep_photos(evidence, report.case, content):
        enqueue("moderation.tasks.copy_evidence_files", evidence_id=evidence.pk)
    return evidence


def _keep_photos(evidence: Evidence, case: Case, content: dict[str, Any]) -> bool:
    """Hold the photos' files, but for those that the case has copies of; says whether any is left.

    Twenty reports about one person keep their photos once.
    """
    photos = content["profile"]["photos"] if content["profile"] else []
    sources = {name: photo["id"] for photo in photos for name in photo["files"].values()}
    copied = dict(_of_case(case).exclude(name="").values_list("source", "name"))
    rows = [
        EvidenceFile(
            evidence=evidence, photo_id=photo_id, source=source, name=copied.get(source, "")
        )
        for source, photo_id in sources.items()
    ]
    EvidenceFile.objects.bulk_create(rows)
    waiting = [row.source for row in rows if not row.name]
    files.hold(waiting, holder=evidence.pk)
    return bool(waiting)


def _of_case(case: Case | UUID) -> QuerySet[EvidenceFile]:
    return EvidenceFile.objects.filter(evidence__report__case=case)


def copy_files(evidence_id: UUID) -> int:
    """Copy photos that are held for a report into the private storage, and let the originals go.

    Not inside a transaction. Harmless to repeat, and to do twice at once. Says how many were copied.
    """
    waiting = EvidenceFile.objects.filter(evidence=evidence_id, name="")
    copied = sum(_copy(row) for row in waiting.select_related("evidence__report"))
    files.purge()
    return copied


def _copy(row: EvidenceFile) -> bool:
    with default_storage.open(row.source) as file:
        content = file.read()
    name = private.new_name(FOLDER)
    private.store({name: content})
    return _take_over(row, name)


@transaction.atomic
def _take_over(row: EvidenceFile, name: str) -> bool:
    """Refer to a copy from every row of the case that waits for one of the same photo."""
    same = _of_case(row.evidence.report.case_id).filter(source=row.source, name="")
    waiting = list(same.order_by("pk").select_for_update(of=("self",)))
    for each in waiting:
        files.let_go([each.source], holder=each.evidence_id)
    if waiting:
        EvidenceFile.objects.filter(pk__in=[each.pk for each in waiting]).update(name=name)
        files.keep([name])
    return bool(waiting)


def address(kept: EvidenceFile) -> str:
    """Where staff see a kept photo: its copy for five minutes; until there is one, the original."""
    return private.url(kept.name) if kept.name else default_storage.url(kept.source)
