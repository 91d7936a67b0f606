"""Expo's push service, through its SDK.

https://docs.expo.dev/push-notifications/sending-notifications/
"""

import logging
from collections.abc import Sequence
from typing import Any

import requests
from django.conf import settings
from exponent_server_sdk import (
    PushClient,
    PushMessage,
    PushReceipt,
    PushServerError,
    PushTicket,
)

from notifications.push import Outcome, Push, Verdict
from notifications.push.http import cut, retry_after, session, timed

logger = logging.getLogger(__name__)

# What a ticket or a receipt may say of one push; everything else is final.
MEANINGS = {
    "DeviceNotRegistered": Verdict.GONE,
    "MessageRateExceeded": Verdict.RETRY,
    "ExpoError": Verdict.RETRY,
    "ProviderError": Verdict.RETRY,
}
# The request as a whole is refused for what is in it.
CONTENT_REFUSED = {400, 413, 422}
TTL_S = 24 * 3600


def send(batch: Sequence[Push]) -> list[Outcome]:
    """One request for up to 100 pushes."""
    messages = [_message(push) for push in batch]
    return timed(lambda: _asked(lambda: _tickets(messages), len(batch), batch), len(batch))


def receipts(tickets: Sequence[str]) -> list[Outcome]:
    """One request for up to 1,000 receipts."""
    asked = [PushTicket(None, "ok", "", None, ticket) for ticket in tickets]
    return timed(lambda: _asked(lambda: _receipts(asked), len(tickets)), len(tickets))


def _client() -> PushClient:
    return PushClient(host=settings.EXPO_PUSH_URL, session=_Authorized())


class _Authorized:
    """The session as the SDK uses it, with the access token of our project."""

    def post(self, url: str, **kwargs: Any) -> requests.Response:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if settings.EXPO_ACCESS_TOKEN:
            headers["Authorization"] = f"Bearer {settings.EXPO_ACCESS_TOKEN}"
        return session().post(url, headers=headers, **kwargs)


def _message(push: Push) -> PushMessage:
    return PushMessage(
        to=push.token,
        title=push.title,
        body=push.body,
        badge=push.badge,
        data=push.payload(),
        sound="default",
        priority="high",
        ttl=TTL_S,
    )


def _tickets(messages: list[PushMessage]) -> list[Outcome]:
    return [_outcome(ticket, Verdict.ACCEPTED) for ticket in _client().publish_multiple(messages)]


def _receipts(tickets: list[PushTicket]) -> list[Outcome]:
    found = {receipt.id: receipt for receipt in _client().check_receipts_multiple(tickets)}
    pending = Outcome(Verdict.PENDING, status_code=200)
    return [
        _outcome(found[ticket.id], Verdict.DELIVERED)
        if ticket.id in found
        else pending._replace(ticket=ticket.id)
        for ticket in tickets
    ]


def _outcome(said: PushTicket | PushReceipt, success: Verdict) -> Outcome:
    ticket = str(said.id or "")[:100]
    if said.is_success():
        return Outcome(success, status_code=200, ticket=ticket)
    name = said.details.get("error") if isinstance(said.details, dict) else None
    detail = cut(f"{name}: {said.message}" if name else said.message)
    verdict = MEANINGS.get(name, Verdict.FAILED) if isinstance(name, str) else Verdict.FAILED
    return Outcome(verdict, status_code=200, ticket=ticket, detail=detail)


def _asked(ask: Any, count: int, batch: Sequence[Push] = ()) -> list[Outcome]:
    """The outcomes, also of a request that was refused as a whole."""
    try:
        return ask()
    except PushServerError as error:
        return _refused(error.response, error.errors, count, batch)
    except requests.HTTPError as error:
        response: Any = error.response
        return _refused(response, None, count, batch)
    except (AttributeError, TypeError, KeyError):
        # JSON of another shape than the SDK reads. It may have been accepted, and goes again.
        return [Outcome(Verdict.RETRY, detail="unreadable answer", is_outage=True)] * count


def _refused(
    response: requests.Response, errors: Any, count: int, batch: Sequence[Push]
) -> list[Outcome]:
    code, status = _code(errors), response.status_code
    said = Outcome(Verdict.FAILED, status_code=status, detail=cut(code or response.reason))
    if status in CONTENT_REFUSED and batch:
        return [said] if count == 1 else _apart(said, errors, batch)
    if status in (401, 403):
        logger.error("Expo refuses our access token", extra={"status_code": status})
    wait = retry_after(response)
    return [said._replace(verdict=Verdict.RETRY, retry_after=wait, is_outage=True)] * count


def _apart(said: Outcome, errors: Any, batch: Sequence[Push]) -> list[Outcome]:
    """One bad push has all of a request refused: in smaller ones it is found."""
    projects = _projects(errors)
    halves = {push.token: str(number % 2) for number, push in enumerate(batch)}
    groups = [projects.get(push.token, halves[push.token]) for push in batch]
    if len(set(groups)) == 1:
        groups = [halves[push.token] for push in batch]
    return [said._replace(verdict=Verdict.APART, group=group) for group in groups]


def _code(errors: Any) -> str:
    first = errors[0] if isinstance(errors, list) and errors else None
    return str(first.get("code", "")) if isinstance(first, dict) else ""


def _projects(errors: Any) -> dict[str, str]:
    """For PUSH_TOO_MANY_EXPERIENCE_IDS, the project of each token, by which they can be sent."""
    details = errors[0].get("details") if _code(errors) else None
    if not isinstance(details, dict):
        return {}
    return {
        str(token): str(project)
        for project, project_tokens in details.items()
        if isinstance(project_tokens, list)
        for token in project_tokens
    }
