"""A few of Schemathesis's cases of every operation, in this process; `tests.input.fuzzing` has them all.

What this finds at random it finds again: the cases are drawn from the operation alone.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.schemas import APIOperation

from tests.input import schemathesis_hooks
from tests.input.asking import in_the_tests_transaction, taken_back
from tests.input.insiders import Insider
from tests.input.operations import signed
from tests.input.people import insider

assert schemathesis_hooks  # which registers what it holds

EXAMPLES = 2


@pytest.fixture
def me(db: None) -> Insider:
    return insider()


def operations() -> Iterator[APIOperation]:
    from pupmatch.wsgi import application  # not before there are settings

    schema = schemathesis.openapi.from_wsgi("/api/v1/schema", application)
    for found in schema.get_all_operations():
        operation = found.ok()
        # In a process it sends files as fields, without names, which no form does.
        if not any(body.media_type == "multipart/form-data" for body in operation.body):
            yield operation


def try_out(operation: APIOperation, mode: GenerationMode, me: Insider) -> None:
    """Ask for it a few times, as it may be asked for or as it may not."""

    @hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        with taken_back(), in_the_tests_transaction():
            case.call_and_validate(headers=signed(me))

    # Where nothing is asked for, nothing can be wrong.
    with suppress(Unsatisfiable):
        one()


def test_whatever_the_schema_says_is_so(me):
    with in_the_tests_transaction():
        found = list(operations())
    assert len(found) > 80
    for operation in found:
        for mode in GenerationMode:
            try_out(operation, mode, me)
