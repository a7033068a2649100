"""What ``wiredesk.toml`` says: outlets, rhythms, alarms, where the figures are shown, who is told, what is kept how long.

Every table and setting is known by name and kind; a wrong one is a sentence that names it. Secrets never stand in the
file: they come from the environment.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import urlsplit

POLITE, RAREST = 5, 366 * 24 * 60
"""Minutes between two crawls of an outlet, at least and at most."""
SECURITIES = ("starttls", "tls", "none")


class WatchError(Exception):
    """The watch cannot start; the message says why."""


class OutletFacts(Protocol):
    """What the watch needs to know of an outlet; :class:`crawler.outlet.Outlet` has it."""

    @property
    def rhythm_minutes(self) -> int: ...
    @property
    def timezone(self) -> str: ...
    @property
    def country(self) -> str: ...


@dataclass(frozen=True, slots=True)
class AlarmPlan:
    """When alarms ring; every share lies between 0 and 1."""

    silent_below: float = 0.2
    """Of its usual day, by weekday: an outlet or a language that brings less is silent or gone."""
    soft_404_above: float = 0.3
    """Of an outlet's newest pages."""
    future_above: float = 0.2
    """Of an outlet's newest articles: dated more than a day after they were fetched."""
    loops_above: float = 0.1
    """Of the newest translated texts: the translation repeats itself."""
    funnel_below: float = 0.3
    """Of what usually passes a stage."""
    failing_after: int = 2
    """Crawls in succession that brought no listing."""
    quiet_days: frozenset[date] = frozenset()
    """Days on which nobody is called silent: holidays."""


@dataclass(frozen=True, slots=True)
class MailPlan:
    """Where alarms are mailed to; user and password come from WIREDESK_SMTP_USER and WIREDESK_SMTP_PASSWORD."""

    to: tuple[str, ...]
    sender: str
    host: str = "localhost"
    port: int = 25
    security: str = "none"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long pages are kept, and how much room they may take; ``None``: no limit."""

    days: float | None = None
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class KeepPlan:
    """What ``[retention]`` says."""

    everything: Limit = Limit()
    """For all pages together: ``max_bytes`` is a limit of the whole archive."""
    outlets: Mapping[str, Limit] = field(default_factory=lambda: MappingProxyType({}))
    """For single outlets; ``days`` stands instead of the general one."""
    protect: bool = True
    """Pages of articles that stand in an incident, or on which a person decided, are never taken out."""
    min_free_bytes: int = 0
    """With less room on the disk, nothing is crawled and an alarm rings."""

    @property
    def limits(self) -> bool:
        """Whether there is anything to take out, ever."""
        return any(one != Limit() for one in (self.everything, *self.outlets.values()))


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``wiredesk.toml`` says, over what the outlet files say."""

    rhythms: Mapping[str, timedelta]
    jitter: timedelta = timedelta(seconds=90)
    profile: str = "ai-incidents"
    model: str | None = None
    """The translation package, by name; ``None``: the installed one."""
    port: int | None = 8322
    """Of ``/health`` and ``/metrics`` on 127.0.0.1; 0: any free one; ``None``: none."""
    alarms: AlarmPlan = AlarmPlan()
    webhook: str | None = None
    """Where alarms are posted to; WIREDESK_WEBHOOK stands above it."""
    mail: MailPlan | None = None
    keep: KeepPlan = KeepPlan()
    zones: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    countries: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class _Table:
    """A table of the file that is emptied setting by setting; what is left over is unknown."""

    def __init__(self, path: Path, name: str, given: Any) -> None:
        self.path, self.name = path, name
        if not isinstance(given, dict):
            raise WatchError(f"{path}: {name} is a table of settings, not {given!r}")
        self.left = dict(given)
        self.known = list[str]()

    def wrong(self, key: str, wanted: str, value: Any) -> WatchError:
        place = f"{key} in [{self.name}]" if self.name else key
        return WatchError(f"{self.path}: {place} takes {wanted}, not {value!r}")

    def take(self, key: str, default: Any = None) -> Any:
        self.known.append(key)
        return self.left.pop(key, default)

    def number(
        self, key: str, default: float, *, least: float, most: float, whole: bool = False, wanted: str
    ) -> Any:
        value = self.take(key, default)
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
            raise self.wrong(key, wanted, value)
        return value

    def share(self, key: str, default: float) -> float:
        return float(self.number(key, default, least=0, most=1, wanted="a share from 0 to 1"))

    def optional(self, key: str, wanted: str, scale: float = 1) -> float | None:
        if key not in self.left:
            self.known.append(key)
            return None
        return float(self.number(key, 0, least=0, most=1e8, wanted=wanted)) * scale

    def text(self, key: str, default: str | None = None) -> str | None:
        value = self.take(key, default)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self.wrong(key, "text", value)
        return value

    def texts(self, key: str, default: list[str]) -> list[str]:
        value = self.take(key, default)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(key, "a list of texts", value)
        return value

    def table(self, key: str) -> _Table:
        return _Table(
            self.path, f"{self.name}.{key}" if self.name else key, {} if (v := self.take(key)) is None else v
        )

    def end(self) -> None:
        for key in sorted(self.left):
            place = f" in [{self.name}]" if self.name else ""
            raise WatchError(f"{self.path} has no setting {key}{place}: {', '.join(self.known)} are known")


def read_plan(path: Path, known: Mapping[str, OutletFacts], *, polite: bool = True) -> Plan:
    """The plan of a ``wiredesk.toml`` (none: every outlet at the rhythm of its file).

    :param known: the outlets by key.
    :param polite: ``False`` only for a site on this machine: any rhythm goes.
    :raises WatchError: naming what the file says wrongly.
    """
    given: dict[str, Any] = {}
    if path.is_file():
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WatchError(f"{path}: {error}") from error
    top = _Table(path, "", given)
    keys = top.texts("outlets", sorted(known))
    rhythms = top.take("rhythms", {})
    if not isinstance(rhythms, dict):
        raise WatchError(f"{path}: rhythms is a table of settings, not {rhythms!r}")
    for key in [*keys, *rhythms]:
        _outlet(path, key, known)
    idle = sorted(rhythms.keys() - set(keys))
    if idle:
        raise WatchError(
            f"{path}: [rhythms] names {idle[0]}, which outlets does not list: add it there, or take it out here"
        )
    minutes = {key: rhythms.get(key, known[key].rhythm_minutes) for key in keys}
    for key, value in minutes.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise WatchError(f"{path}: {key} in [rhythms] takes minutes, not {value!r}")
        if value > RAREST:
            raise WatchError(f"{path}: {key} every {value:g} minutes is too seldom; a year is the most")
        if polite and value < POLITE:
            raise WatchError(f"{path}: {key} every {value} minutes is impolite; five is the least")
    port = top.number("port", 8322, least=-1, most=65535, whole=True, wanted="a port, 0 for any, -1 for none")
    plan = Plan(
        rhythms={key: timedelta(minutes=value) for key, value in minutes.items()},
        jitter=timedelta(
            seconds=top.number("jitter_seconds", 90, least=0, most=3600, wanted="seconds up to 3600")
        ),
        profile=top.text("profile", "ai-incidents") or "",
        model=top.text("translate_with"),
        port=None if port < 0 else port,
        alarms=_alarms(top.table("alarms")),
        webhook=_webhook(top),
        mail=_mail(top.table("mail")),
        keep=_keep(top.table("retention"), known),
        zones=MappingProxyType({key: known[key].timezone for key in keys}),
        countries=MappingProxyType({key: known[key].country for key in keys}),
    )
    top.end()
    return plan


def _outlet(path: Path, key: str, known: Mapping[str, OutletFacts]) -> None:
    if key not in known:
        raise WatchError(f"{path} names the outlet {key}, which there is not: see wiredesk outlet list")


def _alarms(table: _Table) -> AlarmPlan:
    days = table.take("quiet_days", [])
    try:
        quiet = frozenset(one if type(one) is date else date.fromisoformat(one) for one in days)
    except (TypeError, ValueError) as error:
        raise table.wrong("quiet_days", "a list of days like 2026-12-25", days) from error
    base = AlarmPlan()
    plan = AlarmPlan(
        silent_below=table.share("silent_below", base.silent_below),
        soft_404_above=table.share("soft_404_above", base.soft_404_above),
        future_above=table.share("future_above", base.future_above),
        loops_above=table.share("loops_above", base.loops_above),
        funnel_below=table.share("funnel_below", base.funnel_below),
        failing_after=table.number(
            "failing_after", base.failing_after, least=1, most=1000, whole=True, wanted="a number from 1"
        ),
        quiet_days=quiet,
    )
    table.end()
    return plan


def _webhook(top: _Table) -> str | None:
    url = top.text("webhook")
    if url is not None and not can_be_asked(url):
        raise top.wrong("webhook", "an http or https address", url)
    return url


def can_be_asked(url: str) -> bool:
    """Whether ``url`` is an http or https address that a request can be sent to as it stands."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without an address in them, a port that is no number
        return False
    return known and url.isascii() and url.isprintable() and " " not in url


def _mail(table: _Table) -> MailPlan | None:
    to = table.texts("to", [])
    plan = MailPlan(
        to=tuple(to),
        sender=table.text("from", "wiredesk@localhost") or "",
        host=table.text("host", "localhost") or "",
        port=table.number("port", 25, least=1, most=65535, whole=True, wanted="a port"),
        security=table.text("security", "none") or "",
    )
    for address in (*to, plan.sender):
        if "@" not in address or any(char in address for char in "\r\n,<> "):
            raise table.wrong("to and from", "plain addresses like ann@example.org", address)
    if plan.security not in SECURITIES:
        raise table.wrong("security", " or ".join(SECURITIES), plan.security)
    table.end()
    return plan if to else None


def _limit(table: _Table) -> Limit:
    days = table.optional("days", "days")
    room = table.optional("max_gb", "gigabytes", 1e9)
    return Limit(days, None if room is None else int(room))


def _keep(table: _Table, known: Mapping[str, OutletFacts]) -> KeepPlan:
    everything = _limit(table)
    protect = table.take("protect", True)
    if not isinstance(protect, bool):
        raise table.wrong("protect", "true or false", protect)
    free = table.optional("min_free_gb", "gigabytes", 1e9)
    single = table.table("outlets")
    limits = {}
    for key in list(single.left):
        _outlet(table.path, key, known)
        one = single.table(key)
        limits[key] = _limit(one)
        one.end()
    table.end()
    return KeepPlan(everything, MappingProxyType(limits), protect, int(free or 0))
