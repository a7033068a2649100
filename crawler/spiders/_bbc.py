"""What the two script editions of BBC News Chinese share."""

from datetime import date

from crawler.outlet import Feed, Markup, Outlet, SectionList, UrlPattern


def edition(*, key: str, script: str, name: str, language_tag: str) -> Outlet:
    """``script`` is ``simp`` or ``trad`` as the paths have it."""
    return Outlet(
        key=key,
        name=name,
        home=f"https://www.bbc.com/zhongwen/{script}",
        country="GB",
        language_tag=language_tag,
        timezone="Europe/London",
        hosts=("www.bbc.com", "www.bbc.co.uk", "bbc.com", "feeds.bbci.co.uk"),
        paths=(f"/zhongwen/{script}", f"/ukchina/{script}"),
        urls=(
            UrlPattern(
                host=r"(?:www\.)?bbc\.com",
                path=rf"/zhongwen/articles/(?P<id>c[0-9a-z]{{8,14}})/{script}",
                canonical=f"https://www.bbc.com/zhongwen/articles/{{id}}/{script}",
            ),
            UrlPattern(
                host=r"(?:www\.)?bbc\.com",
                path=rf"/zhongwen/{script}/(?P<id>[a-z-]+-\d{{8}})",
                canonical=f"https://www.bbc.com/zhongwen/{script}/{{id}}",
            ),
            UrlPattern(
                host=r"www\.bbc\.co\.uk",
                path=rf"/(?P<site>zhongwen|ukchina)/{script}/(?P<section>[a-z_]+)/(?P<month>\d{{4}}/\d{{2}})/(?P<id>\d{{6}}_\w+)\.shtml",
                canonical=f"https://www.bbc.co.uk/{{site}}/{script}/{{section}}/{{month}}/{{id}}.shtml",
            ),
            UrlPattern(
                host=r"(?:www\.)?bbc\.com", path=rf"/zhongwen/{script}(?:/topics/[a-z0-9]+)?", kind="listing"
            ),
        ),
        ways=(
            Feed(
                url=f"https://feeds.bbci.co.uk/zhongwen/{script}/rss.xml", source="many projects to 2026, B"
            ),
            SectionList(
                url=f"https://www.bbc.com/zhongwen/{script}", rank=2, source="the edition's front page"
            ),
        ),
        tracking_params=("at_medium", "at_campaign", "at_link_origin", "xtor", "ocid"),
        title_suffixes=(r"\s*-\s*BBC(?: News)? ?中文[网網]?(?:\s*-\s*[\u4e00-\u9fff]{2,6})?\s*$",),
        markups=(
            Markup(
                rests_on="seen" if script == "simp" else "described",
                source="a real page of www.bbc.co.uk/zhongwen, 2012-12; the present site was not seen",
                valid_until=date(2014, 12, 31),
                title=("#blq-content div.g-container h1",),
                body=("div.story-body div.bodytext",),
                strip=(".contextual-links", ".li-relatedtopics", ".module", ".img"),
                strip_lines=(r"[（(](?:编译|編譯|撰稿|责编|責編)[：:]",),
            ),
        ),
        expected=(5, 200),
        rhythm_minutes=60,
        notes="By a report of 2026 the simplified feed gives traditional links (/trad): the front page stands behind it. "
        "Times are UTC in JSON-LD.",
    )
