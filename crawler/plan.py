"""What one crawl is to do, and what came of it: plain records that pass between processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a spider is told."""

    data_dir: Path
    run_id: str
    now: datetime
    """Aware; when the run starts. Later moments are this plus what has passed since."""
    since: datetime | None = None
    """Entries that a listing dates before this are not fetched."""
    limit: int | None = None
    """Articles fetched per outlet, at most."""
    ways: tuple[str, ...] = ()
    """Names of the ways to use; empty: all."""
    urls: tuple[str, ...] = ()
    """Articles to fetch, known or not, without asking the listings."""
    probe: bool = False
    """Ask every channel, of both ranks, for its first page, and for one article: a look at the outlet's health."""
    started: float = field(default_factory=monotonic)

    def moment(self) -> datetime:
        """The present moment of the run, in UTC."""
        return (self.now + timedelta(seconds=monotonic() - self.started)).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class OutletReport:
    """What came of one outlet in one crawl."""

    outlet_id: str
    listed: int = 0
    """Different articles that the listings named."""
    known: int = 0
    """Of these, already in the archive or given up."""
    new: int = 0
    """Of these, not met before."""
    landed: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    """Outcome → articles."""
    channels: dict[str, str] = field(default_factory=dict)
    """Listing URL → outcome, with its reason."""
    alarms: tuple[str, ...] = ()
    """Sentences for a person: an outlet that refuses us, too few articles."""
    warnings: tuple[str, ...] = ()
    requests: int = 0
    bytes_received: int = 0

    @property
    def failed(self) -> dict[str, int]:
        """Outcome → articles, without those that landed."""
        return {outcome: n for outcome, n in self.outcomes.items() if outcome != "landed"}


@dataclass(frozen=True, kw_only=True)
class CrawlReport:
    """What came of a crawl."""

    run_id: str
    outlets: tuple[OutletReport, ...]
    seconds: float
    recovered: int = 0
    """Landing lines that an earlier crash had left unwritten."""
    set_aside: tuple[str, ...] = ()
    interrupted: bool = False
    peak_memory_mb: float = 0.0
    """Largest resident size of the crawling process, MiB."""

    @property
    def landed(self) -> int:
        return sum(outlet.landed for outlet in self.outlets)

    @property
    def alarms(self) -> tuple[str, ...]:
        return tuple(f"{o.outlet_id}: {alarm}" for o in self.outlets for alarm in o.alarms)
