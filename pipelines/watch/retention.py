"""Which pages are too old or too much, by the plan's limits; what must stay is named, not silently kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from .plan import KeepPlan, Limit


class Held(Protocol):
    """A record of the archive."""

    @property
    def outlet_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def place(self) -> tuple[str, int]: ...
    @property
    def came(self) -> datetime: ...
    @property
    def size(self) -> float: ...
    @property
    def needed(self) -> bool: ...


Record = TypeVar("Record", bound=Held)


def choose_pages(
    records: Iterable[Record], may_go: Collection[tuple[str, int]], keep: KeepPlan, now: datetime
) -> tuple[list[tuple[Record, str]], list[str]]:
    """The records that go, with the reason, and a sentence for each limit that they do not reach.

    :param records: oldest first.
    :param may_go: places of the pages on which nothing rests; listings are judged by ``needed`` alone, and ready
        articles that somebody imported always stay.
    """
    left = list(records)
    going: list[tuple[Record, str]] = []
    over: list[str] = []

    def free(one: Record) -> bool:
        return not one.needed if one.kind in ("listing", "robots") else one.place in may_go

    def out(chosen: list[Record], reason: str) -> None:
        going.extend((one, reason) for one in chosen)
        places = {one.place for one in chosen}
        left[:] = [one for one in left if one.place not in places]

    for days, outlets in _ages(keep, {one.outlet_id for one in left}).items():
        old = [one for one in left if one.outlet_id in outlets and now - one.came > timedelta(days=days)]
        out([one for one in old if free(one)], f"older than {days:g} days")
    for name, room, mine in [
        *((key, limit.max_bytes, key) for key, limit in sorted(keep.outlets.items())),
        ("all outlets together", keep.everything.max_bytes, None),
    ]:
        if room is None:
            continue
        there = [one for one in left if mine is None or one.outlet_id == mine]
        size = sum(one.size for one in there)
        chosen = []
        for one in there:
            if size <= room:
                break
            if free(one):
                chosen.append(one)
                size -= one.size
        out(chosen, f"{name} took more than {room / 1e9:g} GB")
        if size > room:
            over.append(
                f"{name}: {size / 1e9:.3g} GB stay, over the limit of {room / 1e9:g} GB: something rests on them, "
                "or no run has read them yet"
            )
    return going, over


def _ages(keep: KeepPlan, outlets: Collection[str]) -> dict[float, set[str]]:
    """Days → the outlets whose pages are kept so long."""
    found: dict[float, set[str]] = {}
    for outlet in outlets:
        own = keep.outlets.get(outlet, Limit()).days
        days = keep.everything.days if own is None else own
        if days is not None:
            found.setdefault(days, set()).add(outlet)
    return found
