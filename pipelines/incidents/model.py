"""What the grouping takes and gives: texts, their features, people's constraints, memberships, recorded changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pipelines.records import Class, Role

OPENERS = ("incident", "hazard")
"""The classes whose texts may open an incident (contract: what opens an incident)."""

Origin = Literal["machine", "person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One text to be grouped."""

    text_id: str
    title: str | None = None
    text: str | None = None
    published: datetime | None = None
    """First publication among the carriers; a naive time counts as UTC."""
    language: str | None = None
    """ISO 639; ``None`` lets the features look for themselves."""
    class_: Class | None = None
    entities: tuple[str, ...] = ()
    """Canonical names that another stage found (organisations, systems, countries), equal across languages."""
    outlet: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """All that grouping remembers of a text: computed once, stored, compared many times.

    Terms are 32-bit hashes (CRC-32 of the folded term), so two texts are compared without their words; ``heading``
    and ``names`` keep the readable part that reasons are written from.
    """

    text_id: str
    version: str
    day: float | None
    """Days since 1970-01-01 UTC with the time of day as fraction; ``None`` when the date is unknown."""
    language: str
    title_vector: bytes
    """512 × int8, see :func:`pipelines.embedding.as_bytes`; zeros when there is no title."""
    lead_vector: bytes
    title_terms: bytes
    """Folded pieces of the title (Han bigrams, five-letter pieces of words, numbers), see :mod:`.packed`."""
    terms: bytes
    """Folded words and Han bigrams of title (three times) and body, see :mod:`.packed`."""
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    """Normalised quantities with their unit: ``40 %``, ``3200000000 usd``, ``3 killed``."""
    heading: str
    """Folded title, cut at 160 characters."""
    class_: Class | None = None
    round_up: bool = False

    @property
    def opens(self) -> bool:
        return self.class_ in OPENERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """What people decided. Pairs hold text ids, or a text id and an incident id."""

    must_link: frozenset[tuple[str, str]] = frozenset()
    cannot_link: frozenset[tuple[str, str]] = frozenset()
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Text id → incident id, where a person put the text: never moved by the machine."""
    fixed_incidents: frozenset[str] = frozenset()
    """Incidents that a person merged, split or renamed: the machine neither merges nor splits them …"""
    grouped_before: frozenset[str] = frozenset()
    """… and texts that stood elsewhere when the person looked, grouped again now: they join none of those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIncident:
    """An incident of earlier days that the new texts may join."""

    incident_id: str
    affair_id: str
    members: Sequence[Features]
    """At most :data:`Settings.members` of them, the first and the latest."""
    size: int
    """How many texts it has in all."""
    first_day: float | None
    last_day: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What of the known world the new texts can reach through the index."""

    incidents: Sequence[KnownIncident] = ()
    waiting: Sequence[Features] = ()
    """Complementary texts that found no incident yet."""
    background: Sequence[Features] = ()
    """The latest texts before these, whatever they say: what is common in the stream is measured on them."""
    taken: frozenset[str] = frozenset()
    """Incident ids of the new texts' days that are in use, so that a collision takes the next free one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A text in an incident, and why."""

    text_id: str
    incident_id: str
    role: Role
    score: float
    """0 to 1: the average link to the incident's members; 1 for the founding text."""
    reason: str
    joined_by: Origin = "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A decision of the machine about whole incidents, recorded with its reason; old ids redirect."""

    kind: Literal["opened", "merged", "split", "affair"]
    incident_id: str
    into: str | None
    """``merged``: the incident that lives on; ``split``: the new one, which takes ``texts`` along; ``affair``: the
    affair joined."""
    texts: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a batch of texts led to."""

    memberships: tuple[Membership, ...]
    changes: tuple[Change, ...]
    affairs: Mapping[str, str]
    """Incident id → affair id for every incident of the batch that is new or whose affair changed."""
    outcomes: Mapping[str, str]
    """Text id → ``ok``, ``waiting`` (complementary, no incident yet), ``unrelated`` or ``no_class``."""
