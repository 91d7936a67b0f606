"""Somebody in a town of real processes: `python -m tests.input.seed 3` says who, as JSON."""

import json
import sys
from dataclasses import asdict

import django

django.setup()

from tests.input.people import insider  # noqa: E402 (needs the settings)

if __name__ == "__main__":
    print(json.dumps([asdict(insider()) for _ in range(int(sys.argv[1]))]))
