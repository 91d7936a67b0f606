"""What answers say."""

from typing import Any


def pointers(response: Any) -> dict[str, str]:
    """Where the input is not valid, and the code of what is wrong there."""
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    return {error["pointer"]: error["code"] for error in response.json()["errors"]}


def problem(response: Any) -> tuple[int, str]:
    """The status and the code of a refusal."""
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]
