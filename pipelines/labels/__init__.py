"""What kind of news a text is, and what it says on the axes of a profile: every label with the sentence that carries it.

No sentence, no label. ``judge`` answers one text, ``aggregate`` an incident's texts (one text, one vote).
"""

from pipelines.labels.judging import VERSION, filter_rows, judge

__all__ = ["VERSION", "filter_rows", "judge"]
