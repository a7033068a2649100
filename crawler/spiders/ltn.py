"""Liberty Times 自由時報 and its finance site."""

from crawler.outlet import Feed, Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="ltn",
    name="自由時報",
    home="https://news.ltn.com.tw/",
    country="TW",
    language_tag="zh-Hant",
    timezone="Asia/Taipei",
    hosts=("news.ltn.com.tw", "ec.ltn.com.tw"),
    urls=(
        UrlPattern(
            host=r"ec\.ltn\.com\.tw",
            path=r"/(?:amp/)?article/breakingnews/(?P<id>\d+)",
            canonical="https://ec.ltn.com.tw/article/breakingnews/{id}",
        ),
        UrlPattern(
            host=r"news\.ltn\.com\.tw",
            path=r"/(?:amp/)?news/(?P<section>[a-zA-Z]+)/breakingnews/(?P<id>\d+)",
            canonical="https://news.ltn.com.tw/news/{section}/breakingnews/{id}",
        ),
        UrlPattern(
            host=r"(?P<sub>news|ec)\.ltn\.com\.tw",
            path=r"/(?:amp/)?(?P<kind>news|article)/(?:(?P<section>[a-zA-Z]+)/)?paper/(?P<id>\d+)",
            id="paper-{id}",  # the printed paper counts for itself
            canonical="https://{sub}.ltn.com.tw/{kind}/{section}/paper/{id}",
        ),
        UrlPattern(host=r"(?:news|ec)\.ltn\.com\.tw", path=r"/(?:list|rss)/.*", kind="listing"),
    ),
    ways=(
        Feed(url="https://news.ltn.com.tw/rss/all.xml", source="many projects to 2026, B"),
        Feed(url="https://news.ltn.com.tw/rss/business.xml", source="projects of 2026, B"),
        SectionList(
            url="https://news.ltn.com.tw/list/breakingnews", rank=2, source="inferred from the article URLs"
        ),
    ),
    title_suffixes=(r"(?:\s*-\s*[\u4e00-\u9fff]{2,4})?\s*-\s*自由(?:時報電子報|財經)\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page of the finance site, 2020-04",
            title=("div.whitecon.boxTitle h1", "div.whitecon h1"),
            time=("div.boxTitle div.text span.time", "span.time"),
            time_formats=("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"),
            body=("div.whitecon.boxTitle div.text", "div.text"),
            strip=("span.time", ".appE1121", ".photo", ".ph_b", ".boxText", ".related"),
            byline_patterns=(
                r"[〔［\[]記者(?P<names>[\u4e00-\u9fff、]{2,20}?)[／/][^〕］\]]{1,12}[〕］\]]",
                r"[〔［\[](?P<agency>中央社|即時新聞|財經頻道)[／/][^〕］\]]{1,12}[〕］\]]",
            ),
            strip_lines=(r"不用抽 不用搶", r"點我下載APP", r"一手掌握經濟脈動", r"☆.{0,40}☆"),
        ),
    ),
    expected=(20, 600),
    rhythm_minutes=30,
    notes="A number at news.ltn.com.tw may redirect to the same number at ec.ltn.com.tw.",
)
