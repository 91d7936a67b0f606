"""Somebody in a town of real processes: `python -m tests.input.seed 3` says who, as JSON."""

import json
import sys
import time
from dataclasses import asdict

import django

django.setup()

from accounts.tests.factories import UserFactory  # noqa: E402 (needs the settings)
from tests.input.people import insider  # noqa: E402 (needs the settings)

if __name__ == "__main__":
    # Numbers of accounts begin anew in each process, and addresses are made of them.
    UserFactory.reset_sequence(time.time_ns(), force=True)
    print(json.dumps([asdict(insider()) for _ in range(int(sys.argv[1]))]))
