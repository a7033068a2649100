"""What China Times and its simplified twins under /cn/ share."""

from crawler.outlet import Markup, NewsMap, NotArticle, Outlet, SectionList, UrlPattern, Way

SECTIONS = ("politic", "money", "world", "chinese", "society", "technologynews", "life", "armament")


def edition(*, key: str, prefix: str, name: str, language_tag: str, newsmap: bool) -> Outlet:
    """One script; ``prefix`` is ``""`` or ``/cn``."""
    root = f"https://www.chinatimes.com{prefix}"
    realtime = SectionList(
        url=f"{root}/realtimenews/?page=1&chdtv",
        page_url=f"{root}/realtimenews/?page={{page}}&chdtv",
        max_pages=5,
        rank=2 if newsmap else 1,
        links="h3.title a",
        cards="ul.vertical-list li, .articlebox-compact",
        time="time[datetime]",
        time_format="%Y-%m-%d %H:%M",
        source="RSSHub 2025, B",
    )
    best: tuple[Way, ...] = (realtime,)
    if newsmap:
        todaynews = "https://www.chinatimes.com/sitemaps/sitemap_todaynews.xml"
        best = (NewsMap(url=todaynews, source="OBS 2026-10, A"), realtime)
    lists = tuple(
        SectionList(
            url=f"{root}/{section}/total?page=1&chdtv", rank=2, links="h3.title a", source="RSSHub 2025, B"
        )
        for section in SECTIONS
    )
    suffixes = r"中時新聞網|中时新闻网|中時電子報|中时电子报|旺報|旺报|中國時報|中国时报|工商時報|工商时报"
    return Outlet(
        key=key,
        name=name,
        home=f"{root}/",
        country="TW",
        language_tag=language_tag,
        timezone="Asia/Taipei",
        hosts=("www.chinatimes.com", "chinatimes.com"),
        paths=(f"{prefix}/",),
        urls=(
            UrlPattern(
                host=r"(?:www\.)?chinatimes\.com",
                path=rf"{prefix}/(?P<kind>realtimenews|newspapers|opinion)/(?P<id>\d{{14}})-(?P<cat>\d{{6}})",
                canonical=f"{root}/{{kind}}/{{id}}-{{cat}}",
            ),
            UrlPattern(
                host=r"(?:www\.)?chinatimes\.com",
                path=rf"{prefix}/(?:realtimenews|newspapers/\d{{4}}|[a-z]+/total|[a-z]+)",
                kind="listing",
            ),
        ),
        ways=(*best, *lists),
        tracking_params=("chdtv", "ctrack", "from"),
        title_suffixes=(
            rf"\s*[-–|]\s*(?:{suffixes})\s*(?:Chinatimes\.com)?\s*$",
            r"\s+-\s+[\u4e00-\u9fff]{2,4}\s*$",
        ),
        markups=(
            Markup(
                rests_on="described",
                source="OBS 2026-10, RSSHub and two crawlers 2021 to 2026",
                title=("h1.article-title",),
                time=("header.article-header time[datetime]", ".meta-info time[datetime]"),
                time_formats=("%Y-%m-%d %H:%M", "%H:%M %Y/%m/%d"),
                author=(".author a", ".author"),
                section=("nav.breadcrumb-wrapper li:last-child a span",),
                lead_image=(".main-figure figure img",),
                body=("div.article-body[itemprop=articleBody]", "[itemprop=articleBody]", "div.article-body"),
                strip=(
                    ".ad",
                    ".promote-word",
                    ".google-news-promote",
                    "#donate-form-container",
                    ".article-hash-tag",
                    "figcaption",
                ),
                byline_patterns=(r"[記记]者(?P<names>[\u4e00-\u9fff、]{2,20}?)[／/]",),
                cut_from=(
                    r"文章[來来]源[：:]",
                    r"更多[內内]容",
                    r"全文及[圖图]表[請请][見见]",
                    r"[圖图]片[來来]源[：:]",
                    r"★《?中[時时]新[聞闻][網网]》?提醒您",
                    r"※免付[費费]防疫[專专][線线]",
                    r"[-—─=＝]{4,}",
                ),
            ),
        ),
        not_article=(
            NotArticle(outcome="soft_404", text="抱歉！您所查[詢询]的[資资]料，目前[無无]法找到任何[頁页]面"),
        ),
        expected=(50, 2500) if newsmap else (10, 600),
        rhythm_minutes=30,
        download_delay=3.0,
        notes="429 above two parallel connections, recovering in minutes: one connection, three seconds. "
        "wantrich.chinatimes.com has another template and is not claimed.",
    )
