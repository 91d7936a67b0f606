"""Schemathesis over the whole schema, with every check, against a town of real processes.

python -m tests.input.fuzzing                      a thousand cases, a minute
python -m tests.input.fuzzing --cases 20000        in full size

It fails on the first kind of answer that the schema does not promise, and when a process died.
Two runs, because some operations end what the others need:

- as one person, with all that the ids of `tests.input.people` reach: everything but ENDINGS;
- ENDINGS alone, each case as somebody who has just signed up.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.machinery import PYTHON, ROOT, Town
from tests.input.people import Insider

# What ends the sign-in or the dog that every other operation is asked with.
ENDINGS = {
    "auth_logout",
    "auth_logout_all",
    "auth_sessions_destroy",
    "me_destroy",
    "me_profile_destroy",
}
