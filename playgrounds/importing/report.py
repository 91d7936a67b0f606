"""What an import did, for the person who ran it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

EXAMPLES = 3


@dataclass
class Tally:
    """How many, and the first few of them."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.examples) else ""
        return f"{self.count} ({', '.join(self.examples)}{more})"


@dataclass
class Report:
    """Every row read is added, changed, as before, or skipped for a reason."""

    source: str
    attribution: str
    dry_run: bool = False
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: dict[str, Tally] = field(default_factory=dict)
    gone: Tally = field(default_factory=Tally)

    def skip(self, reason: str, example: str) -> None:
        """One more row that became no playground."""
        self.skipped.setdefault(reason, Tally()).add(example)

    @property
    def skipped_count(self) -> int:
        """All skipped rows."""
        return sum(tally.count for tally in self.skipped.values())

    def lines(self) -> Iterator[str]:
        """The report in words."""
        yield f"{self.source}, credited to: {self.attribution}"
        yield (
            f"{self.read} read: {self.added} added, {self.changed} changed, "
            f"{self.unchanged} as before, {self.skipped_count} skipped"
            + (" (dry run: nothing was written)" if self.dry_run else "")
        )
        for reason, tally in sorted(self.skipped.items(), key=lambda item: -item[1].count):
            yield f"  skipped, {reason}: {tally}"
        if self.gone.count:
            yield f"  no longer in the file, kept: {self.gone}"
