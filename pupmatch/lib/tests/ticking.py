"""Settings for a worker with a task for every second."""

from pupmatch.settings_for_tests import *  # noqa: F403

PROCRASTINATE_IMPORT_PATHS = ["pupmatch.lib.tests.ticks"]
