"""Wen Wei Po 文匯報, Hong Kong."""

from crawler.outlet import Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="wenweipo",
    name="香港文匯網",
    home="https://www.wenweipo.com/",
    country="HK",
    language_tag="zh-Hant",
    timezone="Asia/Hong_Kong",
    hosts=("www.wenweipo.com", "wenweipo.com"),
    urls=(
        UrlPattern(
            host=r"(?:www\.)?wenweipo\.com",
            path=r"/(?P<place>a/[\d/]+)/(?P<id>AP[0-9a-f]{24})\.html",
            canonical="https://www.wenweipo.com/{place}/{id}.html",
        ),
        UrlPattern(
            host=r"(?:www\.)?wenweipo\.com", path=r"/(?:immed|business|comment)(?:/[a-z-]+)?", kind="listing"
        ),
    ),
    ways=(
        SectionList(
            url="https://www.wenweipo.com/immed/hongkong",
            source="breadcrumb of a real page 2021, two crawlers; C",
        ),
        SectionList(url="https://www.wenweipo.com/business", rank=2, source="a crawler, C"),
        SectionList(url="https://www.wenweipo.com/", rank=2, source="links of a real page 2021"),
    ),
    title_suffixes=(r"(?:\s*-\s*[\u4e00-\u9fff]{2,6})?\s*-\s*香港文匯網\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page, 2021-03",
            title=("div.post-header h1",),
            time=("div.post-header span.publish-date", "span.publish-date"),
            time_formats=("%Y-%m-%d %H:%M:%S",),
            section=("div.breadcrumbs a:last-of-type",),
            lead_image=("div.post-body figure img",),
            body=("div.post-content div.post-body",),
            strip=("figure", "figcaption", "div.post-summary", ".relative-post", ".post-comments"),
            byline_patterns=(
                r"[（(]?(?:香港文匯報|大公文匯全媒體)記者[\s　]*(?P<names>[\u4e00-\u9fff、\s]{2,20}?)(?:[\s　]*(?:綜合)?報道|[）)])",
                r"(?P<agency>大公文匯全媒體)報道[：:]",
            ),
            strip_lines=(r"責任編輯[：:]", r"相關報道"),
        ),
    ),
    expected=(5, 300),
    rhythm_minutes=60,
    notes="JSON-LD stands in a CDATA comment and prints its time as Java does (Mon Mar 01 10:52:32 HKT 2021).",
)
