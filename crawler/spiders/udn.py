"""UDN: udn.com and its Economic Daily News, money.udn.com, which share one sequence of story numbers."""

from datetime import date

from crawler.outlet import Feed, JsonList, Markup, NewsMap, NotArticle, Outlet, SectionList, UrlPattern

BYLINES = (
    r"(?:聯合報|經濟日報|世界新聞網)?\s*[／/]?\s*記者(?P<names>[\u4e00-\u9fff、\s]{1,24}?)[／/].*?報導",
    r"(?P<agency>中央社|世界新聞網|聯合新聞網|法新社|路透社|美聯社)[／/\s]+[\u4e00-\u9fff]*\d*日?(?:即時報導|綜合外電|[專外]?電|報導)",
)
STRIP_LINES = (r"延伸閱讀[：:]", r"▪", r"※ ?延伸閱讀")
PROMOTIONS = (
    ".udn-ads",
    ".inline-ads",
    ".further-reading__box",
    ".udn-privilege-details",
    "section.next-page",
    "blockquote:has(a)",
    "figure figcaption",
)

OUTLET = Outlet(
    key="udn",
    name="聯合新聞網",
    home="https://udn.com/",
    country="TW",
    language_tag="zh-Hant",
    timezone="Asia/Taipei",
    hosts=("udn.com", "www.udn.com", "m.udn.com", "money.udn.com"),
    urls=(
        UrlPattern(
            host=r"(?:www\.|m\.)?udn\.com",
            path=r"/news/(?:amp/)?story/(?P<cate>\d+)/(?P<id>\d+)",
            canonical="https://udn.com/news/story/{cate}/{id}",
        ),
        UrlPattern(
            host=r"money\.udn\.com",
            path=r"/money/(?:amp/)?story/(?P<cate>\d+)/(?P<id>\d+)",
            canonical="https://money.udn.com/money/story/{cate}/{id}",
        ),
    ),
    ways=(
        NewsMap(url="https://udn.com/sitemap/gnews/2", source="OBS 2026-10, A"),
        NewsMap(url="https://money.udn.com/sitemap/gnews/1001", source="OBS 2026-10, A"),
        JsonList(
            url="https://udn.com/api/more?page=1&id=&channelId=1&cate_id=0&type=breaknews&totalRecNo=9999",
            page_url="https://udn.com/api/more?page={page}&id=&channelId=1&cate_id=0&type=breaknews&totalRecNo=9999",
            max_pages=5,
            rank=2,
            items="lists",
            link=("titleLink",),
            time="time.date",
            time_format="%Y-%m-%d %H:%M",
            source="RSSHub 2025, B",
        ),
        SectionList(
            url="https://udn.com/news/breaknews/1/0",
            rank=2,
            links=".story-list__news h2 a, .story-list__news a[href*='/news/story/']",
            source="two crawlers 2025-26, B",
        ),
        Feed(
            url="https://udn.com/rssfeed/news/2/6638?ch=news",
            rank=2,
            source="Kagi feed list 2026-05, B; no body seen",
        ),
        Feed(url="https://money.udn.com/rssfeed/news/1001/5588?ch=money", rank=2, source="feed lists, D"),
    ),
    tracking_params=("from", "ch", "redirect"),
    title_suffixes=(
        r"(?:\s*\|\s*[^|]{1,12}){0,3}\s*\|\s*(?:聯合新聞網|經濟日報|udn)\s*$",
        r"\s*[-–]\s*聯合新聞網\s*$",
    ),
    markups=(
        Markup(
            rests_on="described",
            source="five maintained parsers, 2020 to 2026-10; both hosts",
            title=("h1.article-content__title", "h1.article-head__title"),
            time=("time.article-content__time",),
            time_formats=("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M"),
            author=("span.article-content__author", ".article-content__authors-name", ".article-body__info"),
            section=("nav.article-content__breadcrumb a.breadcrumb-items:nth-last-of-type(2)",),
            lead_image=("figure.article-content__cover img",),
            body=("section.article-content__editor", ".article-body__editor"),
            strip=PROMOTIONS,
            byline_patterns=BYLINES,
            strip_lines=STRIP_LINES,
            strip_inline=(r"（延伸閱讀[：:][^）]*）",),
        ),
        Markup(
            rests_on="seen",
            source="a real page of money.udn.com, 2020-10",
            valid_until=date(2021, 6, 30),
            title=("h2#story_art_title", "h1.article-content__title"),
            time=("div.shareBar__info--author span", "time.article-content__time"),
            time_formats=("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S"),
            author=("div.shareBar__info--author", "span.article-content__author"),
            body=("div#article_body", "section.article-content__editor"),
            strip=(*PROMOTIONS, ".photo_center figcaption"),
            byline_patterns=BYLINES,
            strip_lines=STRIP_LINES,
            strip_inline=(r"\s*facebook$",),
        ),
    ),
    not_article=(
        NotArticle(
            outcome="script_redirect",
            html=r"<script[^>]*>\s*window\.location\.href\s*=\s*[\"']https?://[a-z]+\.udn\.com",
            max_text=200,
        ),
        NotArticle(outcome="paywall", text="選擇下列方案繼續閱讀|訂閱看完整精彩內容"),
        NotArticle(outcome="members_only", html=r"function\s+memberOnly\s*\(\)\s*{\s*return\s*[\"']1[\"']"),
        NotArticle(
            outcome="soft_404",
            html=r"(?:rel=[\"']canonical[\"'][^>]*|http-equiv=[\"']refresh[\"'][^>]*)/news/e404",
        ),
    ),
    expected=(100, 6000),
    rhythm_minutes=30,
    notes="VIP stories and those of other sub-sites answer 200 with a script redirect. Vision, opinion, global and VIP "
    "have other templates and are not claimed. The story number is shared by udn.com and money.udn.com.",
)
