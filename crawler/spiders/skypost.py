"""Sky Post 晴報, Hong Kong, of the HKET group with a template of its own."""

from crawler.outlet import Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="skypost",
    name="晴報",
    home="https://skypost.ulifestyle.com.hk/",
    country="HK",
    language_tag="zh-Hant",
    timezone="Asia/Hong_Kong",
    hosts=("skypost.ulifestyle.com.hk",),
    urls=(
        UrlPattern(
            host=r"skypost\.ulifestyle\.com\.hk",
            path=r"/article/(?P<id>\d+)(?:/.*)?",
            canonical="https://skypost.ulifestyle.com.hk/article/{id}",
        ),
    ),
    ways=(
        SectionList(
            url="https://skypost.ulifestyle.com.hk/", source="the front page; link shape of a real page 2020"
        ),
        SectionList(
            url="https://skypost.ulifestyle.com.hk/news/",
            rank=2,
            source="the menu of a real page 2020 (時事)",
        ),
    ),
    tracking_params=("r", "mtc"),
    title_suffixes=(r"\s*-\s*晴報(?:\s*-\s*[^-]{1,8}){0,3}(?:\s*-\s*D\d{6})?\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page, 2020-08",
            title=(".article-header .header-sticky-inner h1", ".header-sticky-inner h1"),
            time=("div.publish-time",),
            time_formats=("發佈時間: %Y/%m/%d", "%Y/%m/%d"),
            time_rule="day_only",
            body=("div.article-details-content-container",),
            strip=(".article-detail-share-icon", ".related-article", "figure", "figcaption", ".hiddenOG"),
            strip_lines=(r"撰文[：:]", r"(?:記者|美術|攝影)[︰：:]", r"▼", r"▲", r"【延伸閱讀】"),
            byline_patterns=(r"(?:撰文|記者)[︰：:]\s*(?P<names>[\u4e00-\u9fff、\s]{2,20})",),
        ),
    ),
    expected=(5, 300),
    rhythm_minutes=120,
    notes="The title carries the day as D + YYMMDD.",
)
