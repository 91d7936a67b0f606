"""What addresses may hold."""

from uuid import UUID


class IdConverter:
    """A UUID in either case: iOS writes its own in capitals, and RFC 9562 reads both."""

    regex = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

    def to_python(self, value: str) -> UUID:
        """The id."""
        return UUID(value)

    def to_url(self, value: UUID) -> str:
        """Its usual form."""
        return str(value)
