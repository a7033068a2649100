"""What kind of news a text is, and what it says on the axes of a profile: every label with the sentence that carries it.

No sentence, no label. ``judge`` answers one text, ``aggregate`` an incident's texts (one text, one vote).
"""

from pipelines.labels.dates import resolve as resolve_date
from pipelines.labels.judging import VERSION, as_row, filter_rows, judge
from pipelines.labels.proposals import PROMPT_VERSION, Endpoint, Proposal, endpoint, find, propose
from pipelines.labels.rationale import rationale
from pipelines.labels.votes import Ballot, Vote, Votes, aggregate

__all__ = [
    "PROMPT_VERSION",
    "VERSION",
    "Ballot",
    "Endpoint",
    "Proposal",
    "Vote",
    "Votes",
    "aggregate",
    "as_row",
    "endpoint",
    "filter_rows",
    "find",
    "judge",
    "propose",
    "rationale",
    "resolve_date",
]
