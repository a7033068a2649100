"""RTI 中央廣播電臺. The query string is the identity of its present pages."""

from datetime import date

from crawler.outlet import Feed, Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="rti",
    name="中央廣播電臺",
    home="https://www.rti.org.tw/",
    country="TW",
    language_tag="zh-Hant",
    timezone="Asia/Taipei",
    hosts=("www.rti.org.tw", "rti.org.tw"),
    urls=(
        UrlPattern(
            host=r"(?:www\.)?rti\.org\.tw",
            path=r"/news",
            query={"uid": r"\d+", "pid": r"\d+"},
            id="{pid}",
            canonical="https://www.rti.org.tw/news?uid={uid}&pid={pid}",
        ),
        UrlPattern(
            host=r"(?:www\.)?rti\.org\.tw",
            path=r"/news/view/id/(?P<id>\d{5,8})",
            id="view-{id}",  # the old and the new numbers are unrelated, and must not meet
            canonical="https://www.rti.org.tw/news/view/id/{id}",
        ),
        UrlPattern(host=r"(?:www\.)?rti\.org\.tw", path=r"/programnews", kind="other"),
    ),
    ways=(
        Feed(url="https://www.rti.org.tw/rss", source="probe of 2026-08, A, against another that got 403"),
        SectionList(url="https://www.rti.org.tw/news", rank=2, source="inferred from the article URLs"),
    ),
    title_suffixes=(r"\s*[-–|]\s*(?:新聞\s*[-–|]\s*)?(?:Rti\s*)?(?:中央廣播電臺|央廣|Rti)\s*$",),
    markups=(
        Markup(
            rests_on="described",
            source="OBS, two samples 2026-10",
            time=(".dateWrap .date .time",),
            time_formats=("%Y-%m-%d %H:%M",),
            author=("a[href*='newsauthorlist']", ".dateWrap"),
            body=(".text.ivu-mt",),
            byline_patterns=(
                r"採訪撰稿[：:]\s*(?P<names>[\u4e00-\u9fff、\s]{2,20}?)(?=\s|責任編輯|$)",
                r"新聞引據[：:]\s*(?P<agency>(?!新聞中心)[^\s]{2,20})",
                r"（(?P<agency>中央社)[^）]*）$",
            ),
            strip_lines=(r"新聞引據[：:]", r"採訪撰稿[：:]", r"責任編輯[：:]"),
        ),
        Markup(
            rests_on="described",
            source="a crawler of 2021 (GoodInfo)",
            valid_until=date(2024, 6, 30),
            title=("h1",),
            body=("article",),
            strip=("figure", "figcaption"),
            byline_patterns=(
                r"(?P<agency>中央社)\s*\d*",
                r"採訪撰稿[：:]\s*(?P<names>[\u4e00-\u9fff、]{2,20})",
            ),
            strip_lines=(r".{0,60}[（(]圖[：:][^）)]*[）)]$",),
        ),
    ),
    expected=(10, 300),
    rhythm_minutes=60,
    notes="Some networks get 403. Many stories are wire copies of CNA. Programme items (/programnews) are no news.",
)
