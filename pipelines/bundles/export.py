"""Writes the bundle of an incident: every file in memory first, then one folder or ZIP, moved into place when whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from . import verifier as checker
from .content import Content
from .crosswalk import AIID_COLUMNS, aiid_reports, aim, newsarticles
from .gathering import gather_all
from .manifest import datapackage, recorded_versions, run_record
from .misp import misp
from .oecd29 import oecd29
from .page import to_html, to_markdown
from .prov import prov
from .record import record, schema, share_safe, text_rows, translation_rows
from .safety import BundleError, safe_id, safe_name, script_safe
from .signing import PUBLIC_KEY, public_pem
from .stix import stix
from .tables import Column, schemas, table_rows, to_csv, to_jsonl, to_pretty_json, write_parquet
from .view import view
from .wacz import build

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from duckdb import DuckDBPyConnection

CHUNK = 100
"""Incidents that are asked for together, and held in memory."""
LEFT_OUT = "left out of a share-safe bundle"


def bundle_files(
    content: Content,
    archive_dir: Path,
    *,
    safe: bool,
    versions: Mapping[str, str],
    key: Ed25519PrivateKey | None = None,
) -> dict[str, bytes]:
    """Every file of a bundle by name; the same bytes for the same content.

    :param safe: leave out bodies and pages.
    :param versions: version by stage, and of ``wiredesk`` itself.
    :param key: sign with it.
    """
    kind = "share-safe" if safe else "full"
    wacz: bytes | None = None
    if safe:
        content = share_safe(content)
        archived = {row["article_id"]: LEFT_OUT for row in content.articles}
    else:
        wacz, archived = build(content, archive_dir, versions)
    tables = table_rows(content, archived)
    seen = view(content, kind=kind, archived=archived, timeline=tables["timeline"])
    files = {
        "incident.json": to_pretty_json(record(content, tables, kind=kind, archived=archived)),
        "incident.schema.json": schema(),
        "incident.html": to_html(seen),
        "incident.md": to_markdown(seen),
        "articles.jsonl": to_jsonl(tables["articles"]),
        "translations.jsonl": to_jsonl(translation_rows(content)),
        "oecd29.json": to_pretty_json(oecd29(content)),
        "aim.json": to_pretty_json(aim(content)),
        "aiid-reports.csv": to_csv(
            [Column(name, "string", "") for name in AIID_COLUMNS], aiid_reports(content)
        ),
        "stix.json": to_pretty_json(stix(content, hashlib.sha256(wacz).hexdigest() if wacz else None)),
        "misp.json": to_pretty_json(misp(content)),
        "newsarticle.jsonld": script_safe(to_pretty_json(newsarticles(content, archive=wacz is not None))),
        "prov.json": to_pretty_json(prov(content, versions)),
        "run.json": to_pretty_json(run_record(content, kind, versions)),
        "verify.py": Path(checker.__file__).read_text(encoding="utf-8"),
    }
    files |= {f"{name}.csv": to_csv(schemas()[name], rows) for name, rows in tables.items()}
    if not safe:
        files["texts.jsonl"] = to_jsonl(text_rows(content))
    found = {name: text.encode("utf-8") for name, text in files.items()}
    found["articles.parquet"] = _parquet(found["articles.jsonl"])
    if wacz is not None:
        found["pages.wacz"] = wacz
    if key is not None:
        found[PUBLIC_KEY] = public_pem(key)
    found["datapackage.json"] = to_pretty_json(datapackage(content, found, kind, versions)).encode("utf-8")
    sums = "".join(f"{hashlib.sha256(found[name]).hexdigest()}  {name}\n" for name in sorted(found))
    found[checker.SUMS] = sums.encode("ascii")
    if key is not None:
        found[checker.SIGNATURE] = key.sign(found[checker.SUMS])
    return {safe_name(name): found[name] for name in sorted(found)}


def _parquet(jsonl: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="wiredesk-") as folder:
        source, target = Path(folder) / "rows.jsonl", Path(folder) / "rows.parquet"
        source.write_bytes(jsonl)
        write_parquet(schemas()["articles"], source, target)
        return target.read_bytes()


def export(
    con: DuckDBPyConnection,
    archive_dir: Path,
    incident_ids: Iterable[str],
    out_dir: Path,
    *,
    share_safe: bool = False,
    zip: bool = False,
    versions: Mapping[str, str] | None = None,
    key: Ed25519PrivateKey | None = None,
) -> list[Path]:
    """Write a bundle per incident into ``out_dir``; returns the folders or ZIPs in the order asked for.

    An id that was merged gives the incident into which it went; ids that come to the same incident give one bundle.
    A bundle already there under the same name is replaced; anything else under that name is left alone.

    :param con: an open connection with the public views; nothing is written to it.
    :param archive_dir: the folder of the WARC files.
    :param versions: version by stage; by default those that the runs behind the record wrote down.
    :param key: sign with it (:func:`pipelines.bundles.load_key`).
    :raises BundleError: for an id that is none, an unknown incident, or a name that is taken.
    """
    wanted = [safe_id(name) for name in incident_ids]
    paths: dict[str, Path] = {}
    for start in range(0, len(wanted), CHUNK):
        for content in gather_all(con, wanted[start : start + CHUNK]):
            if content.name in paths:
                continue
            out_dir.mkdir(parents=True, exist_ok=True)
            made_by = recorded_versions(content) if versions is None else versions
            files = bundle_files(content, archive_dir, safe=share_safe, versions=made_by, key=key)
            name = content.name + ("-share-safe" if share_safe else "")
            write = _write_zip if zip else _write_folder
            paths[content.name] = write(out_dir, name, files)
    return list(paths.values())


def _write_zip(out_dir: Path, name: str, files: Mapping[str, bytes]) -> Path:
    target = out_dir / f"{name}.zip"
    if target.is_dir():
        raise BundleError(f"{target} is a folder: move it away, or export to another folder")
    with tempfile.NamedTemporaryFile(dir=out_dir, prefix=f".{name}-", delete=False) as handle:
        handle.write(checker.write_zip(name, files))
        handle.flush()
        os.fsync(handle.fileno())
    Path(handle.name).chmod(0o644)
    Path(handle.name).replace(target)
    return target


def _write_folder(out_dir: Path, name: str, files: Mapping[str, bytes]) -> Path:
    target = out_dir / name
    if (target.exists() or target.is_symlink()) and not (
        target.is_dir() and not target.is_symlink() and (target / checker.SUMS).is_file()
    ):
        raise BundleError(f"{target} is there and is no bundle: move it away, or export to another folder")
    if (
        added := [problem.path for problem in checker.check(target) if problem.kind == "added"]
        if target.exists()
        else []
    ):
        raise BundleError(
            f"{target} holds {', '.join(added[:3])}, which is not the bundle's: move it away first"
        )
    fresh = Path(tempfile.mkdtemp(dir=out_dir, prefix=f".{name}-"))
    fresh.chmod(0o755)
    try:
        for file, data in files.items():
            (fresh / file).write_bytes(data)
        if target.exists():
            old = fresh.with_name(fresh.name + "-old")
            target.replace(old)
            fresh.replace(target)
            shutil.rmtree(old)
        else:
            fresh.replace(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target
