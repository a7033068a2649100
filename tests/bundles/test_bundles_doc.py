"""docs/bundles.md is made from the tables and the manifest; ``python -m tests.bundles.test_bundles_doc`` writes it anew."""

from __future__ import annotations

from pathlib import Path

from pipelines.bundles.manifest import ABOUT
from pipelines.bundles.tables import schemas

DOCUMENT = Path(__file__).parents[2] / "docs" / "bundles.md"
HEAD = """# Bundles

Written by `python -m tests.bundles.test_bundles_doc`; do not edit by hand.

A bundle is one incident in one folder (or ZIP) that stands alone: it opens and checks itself without wiredesk and without a
network. `wiredesk bundle export ID… DIR` writes full bundles, for your own analysis; with `--share-safe` it leaves out bodies
and pages, so that what remains are the record, quotations and hashes. The same record gives the same bytes.

- **Read it**: `incident.html` in any browser, also printed; `incident.md`; the pages in `pages.wacz` with ReplayWeb.page.
- **Check it**: `wiredesk bundle verify DIR`, or `python verify.py` in the folder (standard library, Python 3.9 or newer), or
  `sha256sum -c SHA256SUMS`. Only the first two also count rows, look up quotations and compare pages.
- **Sign it**: `openssl genpkey -algorithm ed25519 -out key.pem`, then `bundle export … --sign key.pem`. Whoever has your public
  key checks with `bundle verify DIR --trusted key.pub`, or with
  `openssl pkeyutl -verify -pubin -inkey key.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig`.
- **Read it back**: `wiredesk bundle import DIR` and, for a full one, `wiredesk run`. Nothing comes twice.
- **Spreadsheets**: CSV is UTF-8 with LF and without a byte-order mark; a list is a JSON array in its cell; a cell that a
  spreadsheet would run as a formula, or that begins with an apostrophe, has an apostrophe in front.

"""


def document() -> str:
    parts = [HEAD, "## Files\n\n| file | what it is |\n|---|---|\n"]
    about = (
        ABOUT
        | {
            "incident.schema.json": "JSON Schema of incident.json",
            "datapackage.json": "Frictionless Data Package: hash, size, rows and columns of every file",
            "SHA256SUMS": "Checksums of every file",
            "SHA256SUMS.sig": "Ed25519 signature of SHA256SUMS, where the bundle is signed",
            "articles.jsonl": "articles.csv as JSON Lines",
            "articles.parquet": "articles.csv as Parquet",
        }
        | {f"{name}.csv": f"Table, below: {len(columns)} columns" for name, columns in schemas().items()}
    )
    full = {"texts.jsonl", "pages.wacz"}
    parts += [
        f"| `{name}` | {about[name]}{' (full bundles only)' if name in full else ''} |\n"
        for name in sorted(about, key=str.lower)
    ]
    for name, columns in schemas().items():
        parts.append(f"\n## {name}.csv\n\n| column | type | meaning |\n|---|---|---|\n")
        parts += [f"| `{column.name}` | {column.type} | {column.description} |\n" for column in columns]
    return "".join(parts)


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run python -m tests.bundles.test_bundles_doc"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
