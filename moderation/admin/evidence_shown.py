"""Evidence, made ready to be looked at."""

from collections.abc import Iterable
from typing import Any

from django.utils.dateparse import parse_datetime

from moderation.evidence import address
from moderation.history import Reported
from moderation.models import Evidence, Report, Subject

Content = dict[str, Any]


def years(age: int) -> str:
    """As people say it."""
    return f"{age} year{'s'[: age != 1]}"


def several(
    reports: Iterable[Reported], *, reads_messages: bool, sees_words: bool
) -> list[dict[str, Any]]:
    """Reports as the page shows them; what several have frozen alike is shown with the first.

    Without `sees_words` of each only what it is about and what it weighs.
    """
    shown, known = [], []
    for reported in reports:
        one = _shown(reported, reads_messages=reads_messages, sees_words=sees_words)
        content = reported.evidence.content if reported.evidence else None
        about = (reported.report.subject_type, reported.report.subject_id, content)
        if about in known:
            one |= {"is_known": True, "messages": [], "pictures": [], "words": []}
        known.append(about)
        shown.append(one)
    return shown


def _shown(reported: Reported, *, reads_messages: bool, sees_words: bool) -> dict[str, Any]:
    report, evidence = reported.report, reported.evidence
    content: Content = evidence.content if evidence else {}
    messages = content.get("messages") or []
    return {
        "row": report,
        "record": _record(reported),
        "has_messages": bool(messages),
        "text": report.text if sees_words else "",
        "messages": _thread(content, messages) if sees_words and reads_messages else [],
        "pictures": _pictures(report, evidence) if sees_words and evidence else [],
        "words": _words(report, content) if sees_words else [],
    }


def _record(reported: Reported) -> str:
    if reported.record is None:
        return "the reporter has left"
    acted, dismissed = reported.record.acted, reported.record.dismissed
    if not acted + dismissed:
        return "first report of this person"
    return f"{acted} of this person's {acted + dismissed} earlier reports led to something"


def _thread(content: Content, messages: list[Content]) -> list[Content]:
    """The messages as they stood, with names; the reported person's on one side."""
    names = content.get("people") or {}
    reported = (content.get("profile") or {}).get("id")
    return [
        {
            **message,
            "who": names.get(message["sender_id"]) or "somebody",
            "at": parse_datetime(message["created_at"]),
            "is_theirs": message["sender_id"] == reported,
        }
        for message in messages
    ]


def _pictures(report: Report, evidence: Evidence) -> list[dict[str, Any]]:
    """Of a photo that photo alone, of a profile all; a message is not about pictures."""
    addresses = {kept.source: address(kept) for kept in evidence.files.all()}
    photos = (evidence.content.get("profile") or {}).get("photos") or []
    if report.subject_type == Subject.PHOTO:
        photos = [photo for photo in photos if photo["id"] == str(report.subject_id)]
    elif report.subject_type != Subject.PROFILE:
        return []
    shown = []
    for photo in photos:
        urls = {size: addresses.get(name) for size, name in photo["files"].items()}
        medium = urls.get("medium") or urls.get("small") or urls.get("large")
        if medium:
            shown.append({"medium": medium, "large": urls.get("large") or medium})
    return shown


def _words(report: Report, content: Content) -> list[tuple[str, str]]:
    """Texts as they stood."""
    words: list[tuple[str, str]] = []
    subject, profile = content.get("subject") or {}, content.get("profile")
    if report.subject_type == Subject.PROMPT:
        words.append((subject.get("question", ""), subject.get("answer", "")))
    if place := content.get("playground"):
        words += [("Playground", place.get("name", "")), ("Description", place["description"])]
    if review := content.get("review"):
        words += [("Review", f"{review['stars']} of 5 stars\n{review['text']}")]
    if profile and report.subject_type == Subject.PROFILE:
        words += _of_dog(profile)
    return [(label, text) for label, text in words if text]


def _of_dog(profile: Content) -> list[tuple[str, str]]:
    told = [profile["name"], profile.get("breed"), years(profile["age"])]
    return [
        ("Dog", ", ".join(str(part) for part in told if part)),
        ("Bio", profile.get("bio") or ""),
        *((prompt["question"], prompt["answer"]) for prompt in profile.get("prompts") or []),
    ]
