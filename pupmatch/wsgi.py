"""The WSGI entry point, which serves the API and the admin."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")

application = get_wsgi_application()

from pupmatch.lib.requests import Utf8Request  # noqa: E402 (needs the settings)

application.request_class = Utf8Request
