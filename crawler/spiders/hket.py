"""HKET 香港經濟日報, all its sub-domains: the number after /article/ is one sequence."""

from datetime import date

from crawler.outlet import Feed, Markup, NotArticle, Outlet, SectionList, UrlPattern

STRIP = (
    ".adunit",
    ".ad_MobileMain",
    ".native-ad",
    ".loyalty-promotion-container",
    ".relatedContents-container",
    ".article-extend-button",
    ".click-to-enlarge",
    ".article-detail_login",
    ".gallery-related-container",
    ".contentTags-container",
    ".article-details-center-sharing-btn",
    "p.article-detail_caption",
    "p.article-detail_inline-image",
    ".article-detail_youtube",
)
LINES = (
    r"實時追蹤香港各地區疫情",
    r"訂閱Telegram",
    r"【延伸閱讀】",
    r"想生活更精明",
    r"立即下載.{0,12}App",
    r"▲",
    r"記者：",
    r"責任編輯[：:]",
    r"開啟hket App",
)
SECTIONS = ("hongkong", "china", "world", "finance", "technology", "property", "lifestyle", "entertainment")

OUTLET = Outlet(
    key="hket",
    name="香港經濟日報",
    home="https://www.hket.com/",
    country="HK",
    language_tag="zh-Hant",
    timezone="Asia/Hong_Kong",
    hosts=(".hket.com",),
    urls=(
        UrlPattern(
            host=r"(?P<sub>[a-z0-9]+)\.hket\.com",
            path=r"/article/(?P<id>\d+)(?:/.*)?",
            canonical="https://{sub}.hket.com/article/{id}",
        ),
        UrlPattern(
            host=r"[a-z0-9]+\.hket\.com", path=r"/sra[a-z]\d{3}(?:-\d)?(?:/.*)?|/rss/[a-z]+", kind="listing"
        ),
    ),
    ways=(
        *(Feed(url=f"https://www.hket.com/rss/{name}", source="real feed 2020; A/B") for name in SECTIONS),
        SectionList(
            url="https://inews.hket.com/sran001/全部",
            rank=2,
            links=".listing-title > a, .article-listing > a",
            source="RSSHub 2026, B",
        ),
        SectionList(
            url="https://topick.hket.com/srat006/新聞",
            rank=2,
            links=".listing-title > a",
            source="list page of 2017",
        ),
    ),
    tracking_params=("mtc", "r", "lcc", "ref"),
    title_suffixes=(
        r"\s*-\s*香港經濟日報(?:\s*hket\.com)?(?:\s*-\s*[^-]{1,16}){0,6}(?:\s*-\s*D\d{6})?\s*$",
        r"\s*-\s*(?:TOPick|hket\.com)\s*$",
        r"\s*-\s*D\d{6}\s*$",
    ),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page of topick.hket.com, 2020-08; RSSHub 2026",
            title=(".article-detail_title h1", "h1"),
            time=(".article-details-info-container_date",),
            time_formats=("%H:%M %Y/%m/%d", "%Y/%m/%d %H:%M"),
            time_rule="time_then_date",
            section=(".article-details-info-container a",),
            lead_image=("p.article-detail_inline-image img",),
            body=(
                ".article-detail-body-container .article-detail-content-container",
                ".article-detail-body-container",
            ),
            strip=STRIP,
            byline_patterns=(r"^記者[：:]\s*(?P<names>[\u4e00-\u9fff、\s]{2,20})$",),
            strip_lines=LINES,
        ),
        Markup(
            rests_on="seen",
            source="a real page of topick.hket.com, 2017-10",
            valid_until=date(2018, 12, 31),
            title=(".article-detail_title h1", "h1"),
            time=(".article-details-fn-container_date",),
            time_formats=("%H:%M %Y/%m/%d", "%Y/%m/%d %H:%M"),
            time_rule="time_then_date",
            body=(
                ".article-detail-body-container .article-detail-content-container",
                ".article-detail-body-container",
            ),
            strip=(*STRIP, ".article-listing-detail", ".article-detail_facebook-like"),
            byline_patterns=(r"^記者[：:]\s*(?P<names>[\u4e00-\u9fff、\s]{2,20})$",),
            strip_lines=LINES,
        ),
    ),
    not_article=(
        NotArticle(
            outcome="paywall", html=r"var\s+subscribed\s*=\s*[\"']?(?:false|0)", text="訂閱.{0,12}繼續閱讀"
        ),
        NotArticle(outcome="script_redirect", url=r"//(?:invest|ps)\.hket\.com/", max_text=200),
    ),
    expected=(20, 400),
    rhythm_minutes=60,
    notes="Answers 403 to user agents that are no browser: then the outcome is `refused`, and wiredesk does not pretend. "
    "invest and ps are script applications. Subscriber stories are printed in part.",
)
