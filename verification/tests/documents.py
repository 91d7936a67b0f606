"""What is in the private storage."""

from pathlib import Path

from django.conf import settings


def stored() -> list[str]:
    """The names of all files there, as rows name them."""
    root = Path(settings.PRIVATE_ROOT)
    return sorted(f"private:{path.relative_to(root)}" for path in root.rglob("*.webp"))
