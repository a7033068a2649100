"""``python -m pipelines.cli`` is ``wiredesk``."""

from pipelines.cli import main

main()
