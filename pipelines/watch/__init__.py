"""The watch: each outlet crawled at its rhythm, the line after crawls, alarms, figures; one watch per data folder.

The room knows nothing of Scrapy or of the stages: crawl, run, facts and clock come in as arguments
(:class:`Works`); ``wiredesk watch`` puts them together. APScheduler keeps the time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .alarms import KINDS
from .plan import KeepPlan, Plan, WatchError, read_plan
from .state import Alarm, State, crawls_of_the_log, load_state, only_one, save_state, set_aside

if TYPE_CHECKING:
    from .delivery import Receivers, receivers
    from .facts import WINDOW, Facts, StoreFacts, store_facts
    from .figures import listening
    from .journal import Forward, Journal
    from .keeper import Crawled, Keeper, LaterError, WorkError, Works
    from .landings import LandingReader
    from .retention import choose_pages
    from .systemd import MAIN_UNIT, units

__all__ = [
    "KINDS",
    "MAIN_UNIT",
    "WINDOW",
    "Alarm",
    "Crawled",
    "Facts",
    "Forward",
    "Journal",
    "KeepPlan",
    "Keeper",
    "LandingReader",
    "LaterError",
    "Plan",
    "Receivers",
    "State",
    "StoreFacts",
    "WatchError",
    "WorkError",
    "Works",
    "choose_pages",
    "crawls_of_the_log",
    "listening",
    "load_state",
    "only_one",
    "read_plan",
    "receivers",
    "save_state",
    "set_aside",
    "store_facts",
    "units",
]

if not TYPE_CHECKING:  # mypy takes the names from above, and sees one that is not there
    _LATER = {
        name: module
        for module, names in {
            "delivery": ("Receivers", "receivers"),
            "facts": ("WINDOW", "Facts", "StoreFacts", "store_facts"),
            "figures": ("listening",),
            "journal": ("Forward", "Journal"),
            "keeper": ("Crawled", "Keeper", "LaterError", "WorkError", "Works"),
            "landings": ("LandingReader",),
            "retention": ("choose_pages",),
            "systemd": ("MAIN_UNIT", "units"),
        }.items()
        for name in names
    }
    """Of the modules that bring the libraries of metrics, mail and the database along."""

    def __getattr__(name: str) -> object:
        if name in _LATER:
            return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
