"""The same, and each case is asked by somebody who has just signed up and made a dog's profile."""

import json
import os
from urllib.request import Request, urlopen
from uuid import uuid4

import schemathesis

from tests.input import schemathesis_hooks  # noqa: F401 (it registers what it holds)
from tests.input.fuzzing import PASSWORD

API = os.environ["NEWCOMERS_API"]


def post(path: str, body: dict, access: str = "") -> dict:
    """What a request of the API answers."""
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {access}"} if access else {}
    request = Request(f"{API}{path}", json.dumps(body).encode(), headers)
    with urlopen(request) as answer:
        return json.load(answer)


@schemathesis.auth(refresh_interval=None)
class Newcomer:
    """Somebody new for each case."""

    def get(self, case, context) -> str:
        """Their token."""
        who = {"email": f"{uuid4().hex}@pupmatch.example", "password": PASSWORD}
        access = post("/auth/register", who)["access"]
        post("/me/profile", {"name": "Rex", "age": 3}, access)
        return access

    def set(self, case, data: str, context) -> None:
        """Show it."""
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}
