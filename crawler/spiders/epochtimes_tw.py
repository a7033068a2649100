"""The Epoch Times Taiwan: a site of its own, with ids of its own."""

from crawler.outlet import Feed, Markup, Outlet, SectionList, UrlPattern
from crawler.spiders._epochtimes import BYLINES, LINES

OUTLET = Outlet(
    key="epochtimes-tw",
    name="台灣大紀元",
    home="https://www.epochtimes.com.tw/",
    country="TW",
    language_tag="zh-Hant",
    timezone="Asia/Taipei",
    hosts=("www.epochtimes.com.tw", "epochtimes.com.tw"),
    urls=(
        UrlPattern(
            host=r"(?:www\.)?epochtimes\.com\.tw",
            path=r"/(?P<id>n\d+)(?:/[^/]*)?",
            canonical="https://www.epochtimes.com.tw/{id}",
        ),
    ),
    ways=(
        SectionList(
            url="https://www.epochtimes.com.tw/最新文章/all/全部/p/1",
            page_url="https://www.epochtimes.com.tw/最新文章/all/全部/p/{page}",
            max_pages=3,
            base="https://www.epochtimes.com.tw/",
            source="a rule table of 2017 and a crawler of 2020, C/D",
        ),
        Feed(url="https://www.epochtimes.com.tw/rss", rank=2, source="feed lists only, D"),
    ),
    title_suffixes=(r"\s*[-–|]\s*(?:台灣大紀元|大紀元)\s*$",),
    markups=(
        Markup(
            rests_on="described",
            source="rule table of 2017 and crawler of 2020: the least documented outlet",
            title=("h1.entry-title",),
            time=("time[datetime]", ".td-post-date time", ".entry-date"),
            time_formats=("%Y-%m-%d", "%Y年%m月%d日"),
            time_rule="day_only",
            body=("div.td-paragraph-padding-1",),
            byline_patterns=BYLINES,
            strip_lines=LINES,
        ),
    ),
    expected=(5, 300),
    rhythm_minutes=120,
    notes="Hrefs of lists may lack the leading slash: they are joined to the site root. Only the day is printed.",
)
