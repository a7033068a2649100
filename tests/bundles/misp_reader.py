"""Reads misp.json with pymisp, in an environment that has it: ``python misp_reader.py FILE…`` prints what is wrong.

A program of its own, not a module: pymisp stands in ``.venv-compare`` (``make compare``), where nothing else of ours is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pymisp import MISPEvent, MISPObject, PyMISPError  # type: ignore[import-not-found, unused-ignore]


def faults(path: Path) -> list[str]:
    found: list[str] = []
    raw = json.loads(path.read_text(encoding="utf-8"))
    event = MISPEvent()
    event.load_file(str(path))
    known = event.describe_types
    uuids = {
        event.uuid,
        *(one.uuid for one in event.objects),
        *(a.uuid for o in event.objects for a in o.attributes),
    }
    for given in event.objects:
        where = f"{given.name} {given.uuid}"
        template = MISPObject(given.name, strict=True)  # raises where there is no such template
        if (given.template_uuid, str(given.template_version)) != (
            template.template_uuid,
            str(template.template_version),
        ):
            found.append(
                f"{where}: the template is {template.template_uuid} version {template.template_version}"
            )
        if given["meta-category"] != template["meta-category"]:
            found.append(f"{where}: its category is {template['meta-category']}")
        for one in given.attributes:
            try:
                made = template.add_attribute(one.object_relation, value=one.value)
            except PyMISPError as error:
                found.append(f"{where}: {error}")
                continue
            if made is None or made.type != one.type:
                found.append(f"{where}: {one.object_relation} is {made and made.type}, not {one.type}")
            if one.type not in known["category_type_mappings"].get(one.category, ()):
                found.append(f"{where}: {one.type} is no type of {one.category}")
        try:
            template.to_dict(strict=True)  # what the template requires is there
        except PyMISPError as error:
            found.append(f"{where}: {error}")
        found += [
            f"{where}: refers to {reference.referenced_uuid}, which is not in the event"
            for reference in given.references
            if reference.referenced_uuid not in uuids
        ]
    again: Any = json.loads(event.to_json())
    if {one["uuid"] for one in again["Object"]} != {one["uuid"] for one in raw["Event"]["Object"]}:
        found.append("not every object came through")
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: faults(Path(name)) for name in sys.argv[1:]}, ensure_ascii=False))
