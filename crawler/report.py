"""From the counts of a crawl to what a person should hear of it."""

from __future__ import annotations

from typing import Any

from crawler.landinglog import LANDED, UNCHANGED
from crawler.outlet import Outlet
from crawler.plan import OutletReport

_OUTCOME = "wiredesk/outcome/"
_LISTING = "wiredesk/listing/"
_ROBOTS = "wiredesk/robots/"


def outlet_report(outlet: Outlet, stats: dict[str, Any], *, expect: bool) -> OutletReport:
    """The report of one outlet; with ``expect``, its numbers are held against the expected ones."""
    outcomes = {k.removeprefix(_OUTCOME): v for k, v in sorted(stats.items()) if k.startswith(_OUTCOME)}
    channels = {k.removeprefix(_LISTING): v for k, v in stats.items() if k.startswith(_LISTING)}
    robots = {k.removeprefix(_ROBOTS): v for k, v in stats.items() if k.startswith(_ROBOTS)}
    listed = stats.get("wiredesk/listed", 0)
    alarms, warnings = [], []
    said = (*outcomes, *channels.values(), *robots.values())
    if any(words.startswith("refused") for words in said):
        alarms.append("it refuses our user agent")
    unreadable = [url for url, words in robots.items() if not words.startswith((LANDED, UNCHANGED, "http_4"))]
    if unreadable:
        alarms.append(f"robots.txt could not be read ({', '.join(unreadable)}), so nothing was asked for")
    well = [words for words in channels.values() if words.split(":")[0] in (LANDED, UNCHANGED)]
    if channels and not well:
        alarms.append("no channel gave a listing")
    failed = [url for url, words in channels.items() if words.split(":")[0] not in (LANDED, UNCHANGED)]
    if failed and well:
        warnings.append(f"{len(failed)} of {len(channels)} channels failed: {', '.join(failed)}")
    fewest, most = outlet.expected
    if expect and listed < fewest:
        alarms.append(f"it lists {listed} articles, and at least {fewest} are expected")
    if expect and listed > most:
        warnings.append(f"it lists {listed} articles, and at most {most} are expected")
    tried = sum(n for outcome, n in outcomes.items() if outcome not in ("older_than_since", "over_limit"))
    if tried >= 5 and outcomes.get(LANDED, 0) < tried / 2:
        alarms.append(f"only {outcomes.get(LANDED, 0)} of {tried} articles could be fetched")
    return OutletReport(
        outlet_id=outlet.key,
        listed=listed,
        known=stats.get("wiredesk/known", 0),
        new=stats.get("wiredesk/new", 0),
        landed=outcomes.get(LANDED, 0),
        outcomes=outcomes,
        channels=channels,
        alarms=tuple(alarms),
        warnings=tuple(warnings),
        requests=stats.get("downloader/request_count", 0),
        bytes_received=stats.get("downloader/response_bytes", 0),
    )
