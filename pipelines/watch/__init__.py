"""The watch: each outlet crawled at its rhythm, the line after crawls, alarms, figures; one watch per data folder.

The room knows nothing of Scrapy or of the stages: crawl, run, facts and clock come in as arguments
(:class:`~pipelines.watch.keeper.Works`); ``wiredesk watch`` puts them together. APScheduler keeps the time.
"""

from .alarms import KINDS
from .plan import Plan, WatchError, read_plan
from .state import Alarm, State, load_state, only_one, save_state

__all__ = [
    "KINDS",
    "Alarm",
    "Plan",
    "State",
    "WatchError",
    "load_state",
    "only_one",
    "read_plan",
    "save_state",
]
