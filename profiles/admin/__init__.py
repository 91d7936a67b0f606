"""Dogs, their photos and words, and what their owners look for, as staff see them."""

# The sidebar keeps the order in which these register.
from profiles.admin import dogs, extras

__all__ = ["dogs", "extras"]
