"""The ASGI entry point of the realtime process: `python -m realtime`, or any ASGI server."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

from realtime.process import Process  # noqa: E402 (needs the settings)

application = Process()
