"""``prov.json``: where everything in the bundle comes from, as PROV-JSON (W3C PROV).

A label comes from a quotation, that from an article, that from a page capture; each was made by software or a person.
Revisions are derivations of type ``prov:Revision``, as PROV-JSON has no relation of its own for them.
Source: https://www.w3.org/submissions/prov-json/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from .content import Content, Row
from .safety import is_sample


def qualified(name: str) -> str:
    """A name that is a qualified name: what may not stand in one is percent-encoded."""
    return quote(name, safe=":/")


class _Graph:
    """Collects statements; relations are numbered in the order in which they are made."""

    def __init__(self) -> None:
        self.parts: dict[str, Row] = {}
        self.seen: set[tuple[str, str]] = set()

    def thing(self, part: str, name: str, **attributes: Any) -> str:
        """An entity, activity or agent; its name."""
        self.parts.setdefault(part, {}).setdefault(
            qualified(name),
            {key.replace("__", ":"): value for key, value in attributes.items() if value is not None},
        )
        return name

    def relate(self, relation: str, **ends: str | None) -> None:
        statement = {
            f"prov:{key}": value if key in ("time", "type") else qualified(value)
            for key, value in ends.items()
            if value is not None
        }
        mark = (relation, repr(statement))
        if mark not in self.seen:
            self.seen.add(mark)
            part = self.parts.setdefault(relation, {})
            part[f"_:{relation}{len(part) + 1}"] = statement


def prov(content: Content, versions: Mapping[str, str]) -> Row:
    """The provenance of one incident.

    :param versions: version by stage, as the run recorded them.
    """
    graph = _Graph()
    software = {
        stage: graph.thing(
            "agent", f"wd:software/{stage}", prov__type="prov:SoftwareAgent", wd__version=version
        )
        for stage, version in sorted(versions.items())
    }

    def agent(stage: str) -> str:
        return software.get(stage) or graph.thing(
            "agent", f"wd:software/{stage}", prov__type="prov:SoftwareAgent"
        )

    def maker(made_by: str, stage: str) -> str:
        if made_by == "machine":
            return agent(stage)
        return graph.thing("agent", f"wd:person/{made_by}", prov__type="prov:Person")

    for fetch in content.fetches:
        activity = graph.thing(
            "activity",
            f"wd:fetch/{fetch['fetch_id']}",
            prov__type="fetch",
            prov__endTime=fetch["fetched"],
            wd__run=fetch["run_id"],
        )
        graph.relate("wasAssociatedWith", activity=activity, agent=agent("crawler"))
        if fetch["page_sha256"]:
            page = graph.thing(
                "entity", f"wd:page/{fetch['page_sha256']}", prov__type="page capture", wd__url=fetch["url"]
            )
            graph.relate("wasGeneratedBy", entity=page, activity=activity, time=fetch["fetched"])
    for article in content.articles:
        _article(graph, article, agent)
    for text_id, sentences in sorted(content.sentences.items()):
        for row in sentences:
            if row["target"] is not None:
                name = graph.thing(
                    "entity",
                    f"wd:translation/{text_id}",
                    prov__type="sample translation"
                    if is_sample(row["engine"], row["model"])
                    else "translation",
                    wd__engine=row["engine"],
                    wd__model=row["model"],
                )
                graph.relate("wasDerivedFrom", generatedEntity=name, usedEntity=f"wd:text/{text_id}")
                graph.relate("wasAttributedTo", entity=name, agent=agent("translation"))
    _labels(graph, content, maker)
    _revisions(graph, content, maker)
    return {"prefix": {"wd": "urn:wiredesk:", "prov": "http://www.w3.org/ns/prov#"}} | {
        part: dict(sorted(items.items())) if part in ("entity", "activity", "agent") else items
        for part, items in sorted(graph.parts.items())
    }


def _article(graph: _Graph, article: Row, agent: Any) -> None:
    name = graph.thing(
        "entity",
        f"wd:article/{article['article_id']}",
        prov__type="extracted article",
        wd__bodySha256=article["body_sha256"],
        wd__extractor=article["extractor"],
        wd__language=article["language_tag"],
    )
    graph.relate("wasAttributedTo", entity=name, agent=agent("reading"))
    if article["page_sha256"]:
        page = graph.thing(
            "entity", f"wd:page/{article['page_sha256']}", prov__type="page capture", wd__url=article["url"]
        )
        graph.relate("wasDerivedFrom", generatedEntity=name, usedEntity=page)
    if article["text_id"]:
        text = graph.thing("entity", f"wd:text/{article['text_id']}", prov__type="text")
        graph.relate("wasDerivedFrom", generatedEntity=text, usedEntity=name)
        graph.relate("wasAttributedTo", entity=text, agent=agent("texts"))


def _labels(graph: _Graph, content: Content, maker: Any) -> None:
    for row in content.labels:
        name = graph.thing(
            "entity",
            f"wd:label/{row['subject_id']}/{row['axis']}/{row['value']}",
            prov__type="label",
            wd__method=row["method"],
            wd__model=row["model"],
        )
        graph.relate("wasAttributedTo", entity=name, agent=maker(row["decided_by"], "labels"))
    for row in content.evidence:
        label = f"wd:label/{row['subject_id']}/{row['axis']}/{row['value']}"
        if qualified(label) not in graph.parts.get("entity", {}):
            continue
        quotation = graph.thing(
            "entity",
            f"wd:quotation/{row['article_id']}/{row['field']}/{row['start_at']}-{row['end_at']}",
            prov__type="quotation",
            prov__value=row["quote"],
        )
        graph.relate("wasDerivedFrom", generatedEntity=label, usedEntity=quotation)
        graph.relate(
            "wasDerivedFrom", generatedEntity=quotation, usedEntity=f"wd:article/{row['article_id']}"
        )


def _revisions(graph: _Graph, content: Content, maker: Any) -> None:
    identity = content.incident_id
    current = graph.thing(
        "entity",
        f"wd:incident/{identity}/r{content.incident['revision']}",
        prov__type="incident",
        wd__incident=identity,
    )
    previous = None
    for event in content.history:
        name = graph.thing(
            "entity",
            f"wd:incident/{identity}/r{event['revision']}",
            prov__type="incident",
            wd__incident=identity,
        )
        activity = graph.thing(
            "activity",
            f"wd:event/{identity}/{event['n']}",
            prov__type=event["kind"],
            prov__endTime=event["happened"],
            wd__reason=event["reason"],
            wd__run=event["run_id"],
        )
        graph.relate("wasGeneratedBy", entity=name, activity=activity, time=event["happened"])
        graph.relate("wasAssociatedWith", activity=activity, agent=maker(event["made_by"], "incidents"))
        if previous and previous != name:
            graph.relate("wasDerivedFrom", generatedEntity=name, usedEntity=previous, type="prov:Revision")
        previous = name
    for member in content.members:
        graph.relate("wasDerivedFrom", generatedEntity=current, usedEntity=f"wd:text/{member['text_id']}")
    for name in content.redirects:
        old = graph.thing("entity", f"wd:incident/{name}", prov__type="incident")
        graph.relate("wasDerivedFrom", generatedEntity=current, usedEntity=old)
        graph.relate("wasInvalidatedBy", entity=old, activity=f"wd:merge/{name}")
        graph.thing("activity", f"wd:merge/{name}", prov__type="merge")
