"""CNA 中央社, Taiwan's news agency."""

from crawler.outlet import Markup, NewsMap, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="cna",
    name="中央社",
    home="https://www.cna.com.tw/",
    country="TW",
    language_tag="zh-Hant",
    timezone="Asia/Taipei",
    hosts=("www.cna.com.tw", "cna.com.tw"),
    urls=(
        UrlPattern(
            host=r"(?:www\.)?cna\.com\.tw",
            path=r"/(?:amp/)?news/(?P<section>[a-z]+)/(?P<id>\d{12})\.aspx",
            canonical="https://www.cna.com.tw/news/{section}/{id}.aspx",
        ),
        UrlPattern(host=r"(?:www\.)?cna\.com\.tw", path=r"/list/[a-z]+\.aspx", kind="listing"),
    ),
    ways=(
        NewsMap(
            url="https://www.cna.com.tw/googlenewssitemap_fromremote_cfp.xml",
            source="six crawlers, one of 2026 that read it in robots.txt; B",
        ),
        SectionList(
            url="https://www.cna.com.tw/list/aall.aspx", rank=2, source="RSSHub and three crawlers; B"
        ),
    ),
    title_suffixes=(r"(?:\s*\|\s*[^|]{1,8})?\s*\|\s*中央社(?:\s*CNA)?\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page, 2023-02",
            title=("article.article div.centralContent h1", ".centralContent h1"),
            time=("div.timeBox div.updatetime span",),
            time_formats=("%Y/%m/%d %H:%M",),
            section=("div.breadcrumb a:last-of-type",),
            lead_image=("div.fullPic img",),
            body=("div.centralContent div.paragraph",),
            strip=("div.floatImg", "div.picinfo", ".paragraph.bottomArticleBanner", ".moreArticle"),
            byline_patterns=(
                r"（中央社記者(?P<names>[\u4e00-\u9fff、]{2,20}?)[\u4e00-\u9fff]{2}\d{1,2}日(?:專?電|綜合)",
                r"[（(](?P<agency>中央社)[^）)]*電[）)]",
            ),
            strip_lines=(r"[（(]編輯[：:]", r"本網站之文字"),
            strip_inline=(r"[（(]編輯[：:][^）)]{1,40}[）)]\d*\s*$",),
        ),
    ),
    expected=(30, 1500),
    rhythm_minutes=30,
    notes="Dates in JSON-LD and meta are Taipei time without a zone. The first eight digits of the id are the day.",
)
