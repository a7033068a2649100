"""What the editions of Deutsche Welle share: one system, one template."""

from datetime import date

from crawler.outlet import Grade, Markup, NotArticle, Outlet, UrlPattern, Way

STRIP = (
    ".vjs-wrapper",
    "svg",
    "[data-tracking-name*='related']",
    ".related-topics",
    "noscript",
    "figcaption",
)
LINES = (
    r"DW中文有Instagram",
    r"(?:欢迎搜寻|歡迎搜尋)\s*dw\.chinese",
    r"©\s*\d{4}\s*年\s*(?:德國之聲|德国之声)版(?:權|权)(?:聲|声)明",
    r"To view this video please enable JavaScript",
)


def edition(
    *,
    key: str,
    lang: str,
    name: str,
    language_tag: str,
    country_zone: str,
    ways: tuple[Way, ...],
    expected: tuple[int, int],
    rests_on: Grade = "described",
) -> Outlet:
    """The outlet of one language; ``lang`` is the first path segment."""
    return Outlet(
        key=key,
        name=name,
        home=f"https://www.dw.com/{lang}/",
        country="DE",
        language_tag=language_tag,
        timezone=country_zone,
        hosts=("www.dw.com", "dw.com", "amp.dw.com", "rss.dw.com"),
        paths=(f"/{lang}/", f"/graph-api/{lang}/"),
        urls=(
            UrlPattern(
                host=r"(?:www\.|amp\.)?dw\.com",
                path=rf"/{lang}/(?:(?P<slug>[^/]+)/)?(?P<id>(?:a|live)-\d+)",
                canonical=f"https://www.dw.com/{lang}/{{slug}}/{{id}}",
            ),
            UrlPattern(
                host=r"(?:www\.|amp\.)?dw\.com",
                path=rf"/{lang}/(?:[^/]+/)?(?:av|video|g|person|program)-\d+",
                kind="other",
            ),
            UrlPattern(host=r"(?:www\.)?dw\.com", path=rf"/{lang}/(?:[^/]+/)?[st]-\d+", kind="listing"),
        ),
        ways=ways,
        tracking_params=("maca",),
        title_suffixes=(
            r"\s*[-–|]\s*DW\s*[-–|]\s*\d{2}[./]\d{2}[./]\d{4}\s*$",
            r"\s*[|–-]\s*(?:DW(?:\.COM)?|德国之声|德國之聲)\s*$",
        ),
        markups=(
            Markup(
                rests_on=rests_on,
                source="German page of the same system 2024-01 and English page 2026; no Chinese page was seen",
                title=("header h1", "h1"),
                time=(".publication time",),
                author=(".author-details a.author-link", ".author-details"),
                section=("header .kicker span",),
                body=("div.rich-text",),
                strip=STRIP,
                byline_patterns=(r"（(?P<agency>[^）]*(?:社|路透)[^）]*)）$",),
                strip_lines=LINES,
            ),
            Markup(
                rests_on="described",
                source="Fundus, its first DW parser, and a Go reader of 2021",
                valid_until=date(2023, 5, 31),
                title=("h1",),
                body=("div.longText",),
                strip=STRIP,
                strip_lines=LINES,
            ),
        ),
        not_article=(NotArticle(outcome="video", url=r"dw\.com/[^/]+/(?:[^/]+/)?(?:av|video)-\d+"),),
        expected=expected,
        rhythm_minutes=60,
        notes="Image addresses hold a literal ${formatId}. Feed links carry raw Chinese and ?maca=. Times are UTC. "
        "Blocked in mainland China.",
    )
