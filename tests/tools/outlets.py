"""Write the table of outlets into README.md from the outlet files: python -m tests.tools.outlets"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from crawler import outlets

DOCUMENT = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"(<!-- outlets -->\n).*?(\n<!-- end of outlets -->)", re.DOTALL)
RESTS_ON = {"seen": "a real page", "described": "a description"}


def table() -> str:
    rows = ["| outlet | name | language | its markup rests on | run live |", "|---|---|---|---|---|"]
    for outlet in outlets.all_outlets().values():
        live = "yes" if outlet.run_live else "never"
        rows.append(
            f"| `{outlet.key}` | {outlet.name} | {outlet.language_tag} | {RESTS_ON[outlet.grade]} | {live} |"
        )
    return "\n".join(rows)


def document(text: str) -> str:
    return BLOCK.sub(lambda block: block[1] + table() + block[2], text)


def main() -> int:
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
