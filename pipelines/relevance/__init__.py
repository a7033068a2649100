"""Does a text concern the subject of a profile, and by which sentences?

The one question is the subject (for ``ai-incidents``: AI systems); what kind of news it is, :mod:`pipelines.labels`
says. Every sentence is a reason of its own: the surest of them count together as independent reasons.
"""

from pipelines.relevance.judging import VERSION, filter_rows, judge

__all__ = ["VERSION", "filter_rows", "judge"]
