"""The product behind ASGI, for bench/servers.py alone."""

from django.core.asgi import get_asgi_application

application = get_asgi_application()
