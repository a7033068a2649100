"""163.com 網易: news and 網易號. The 16-character docid identifies a story in every URL form since 2004."""

from datetime import date

from crawler.outlet import JsonList, Markup, NotArticle, Outlet, SectionList, UrlPattern

DOCID = r"(?P<id>[A-Z0-9]{16})"
LINES = (
    r"本文[来來]源[：:]",
    r"[责責]任[编編][辑輯][：:]",
    r"特[别別][声聲]明[：:]",
    r"图片来自网络，如有侵权",
    r"Notice: The content above",
)
INLINE = (r"^（原[标標][题題][：:][^）]*）",)
CREDIT = (r"来源[：:]\s*(?P<agency>[^\s，。]{2,20})", r"作者[：:]\s*(?P<names>[\u4e00-\u9fff、\s]{2,20})")
LISTS = ("cm_yaowen20200213", "cm_guonei", "cm_guoji", "cm_tech", "cm_money", "cm_dujia")

OUTLET = Outlet(
    key="netease",
    name="网易",
    home="https://www.163.com/",
    country="CN",
    language_tag="zh-Hans",
    timezone="Asia/Shanghai",
    hosts=(".163.com",),
    urls=(
        UrlPattern(
            host=r"(?:www|news|3g|m|[a-z]+)\.163\.com",
            path=rf"/(?P<channel>[a-z0-9]+)/article/{DOCID}\.html",
            canonical="https://www.163.com/{channel}/article/{id}.html",
        ),
        UrlPattern(
            host=r"c\.m\.163\.com",
            path=rf"/news/a/{DOCID}\.html",
            canonical="https://www.163.com/news/article/{id}.html",
        ),
        UrlPattern(
            host=r"(?P<sub>[a-z]+)\.163\.com",
            path=rf"/(?P<day>\d{{2}}/\d{{4}}/\d{{2}})/{DOCID}\.html",
            canonical="https://{sub}.163.com/{day}/{id}.html",
        ),
        UrlPattern(
            host=r"(?P<sub>[a-z]+)\.163\.com",
            path=rf"/(?P<day>\d{{5}}/\d{{1,2}})/{DOCID}\.html",
            canonical="https://{sub}.163.com/{day}/{id}.html",
        ),
        UrlPattern(
            host=r"(?:dy|www)\.163\.com",
            path=rf"/v2/article/detail/{DOCID}\.html",
            canonical="https://www.163.com/dy/article/{id}.html",
        ),
        UrlPattern(
            host=r"(?:www|news|[a-z]+)\.163\.com",
            path=r"/(?:(?:special|domestic|world|tech|money)(?:/.*)?|dy/media/T\d+\.html)?",
            kind="listing",
        ),
        UrlPattern(host=r"[a-z0-9.]+\.163\.com", path=r".*/video/.*", kind="other"),
    ),
    ways=(
        *(
            JsonList(
                url=f"https://news.163.com/special/{name}/?callback=data_callback",
                page_url=f"https://news.163.com/special/{name}_{{page:02d}}/?callback=data_callback",
                max_pages=3,
                link=("docurl",),
                time="time",
                time_format="%m/%d/%Y %H:%M:%S",
                charset="gbk",
                source="crawlers of 2024, B/C",
            )
            for name in LISTS
        ),
        SectionList(url="https://news.163.com/domestic/", rank=2, source="a real list page of 2020"),
        SectionList(url="https://news.163.com/", rank=2, source="a real list page of 2020"),
    ),
    tracking_params=("f", "spss", "spssid", "from", "referFrom", "tdsourcetag"),
    title_suffixes=(r"_(?:网易[\u4e00-\u9fff]{0,4}|手机网易网)\s*$", r"(?:\|[^|_]{1,12})+$"),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page of 網易號 2021; verified by OBS 2026",
            title=("h1.post_title",),
            time=("html[data-publishtime]", "div.post_info"),
            time_formats=("%Y-%m-%d %H:%M:%S",),
            author=("div.post_info a:first-of-type", ".post_wemedia_name"),
            section=(".post_crumb a:not(.to_reg):nth-of-type(2)",),
            body=("#content .post_body", "#content.post_content .post_body", ".post_body"),
            strip=(
                ".post_recommends_list",
                "ul.post_recommends",
                ".post_statement",
                ".bot_word",
                ".js-open-app",
                ".post_wemedia",
                ".post_side",
                "style",
                ".video-wrapper",
            ),
            byline_patterns=CREDIT,
            strip_lines=LINES,
            strip_inline=INLINE,
        ),
        Markup(
            rests_on="seen",
            source="five real pages, 2019 to 2020, among them 網易號 v2",
            valid_until=date(2020, 12, 31),
            title=("#epContentLeft h1", ".post_content_main h1", "h1"),
            time=(".post_time_source", "p.time span"),
            time_formats=("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"),
            author=("#ne_article_source", "p.time span:last-of-type"),
            section=(".post_crumb a:last-of-type",),
            body=("#endText", "#content"),
            strip=(
                ".ep-source",
                ".video-wrapper",
                ".gg200x300",
                "style",
                ".post_btns_share",
                ".post_topshare_wrap",
                "#post_comment_area",
            ),
            byline_patterns=CREDIT,
            strip_lines=LINES,
            strip_inline=INLINE,
        ),
        Markup(
            rests_on="seen",
            source="two real pages, 2004 and 2005, in GBK",
            valid_until=date(2012, 12, 31),
            title=("h1",),
            body=("#text", "span.grayb"),
            byline_patterns=CREDIT,
            strip_lines=LINES,
        ),
    ),
    not_article=(
        NotArticle(outcome="video", url=r"/(?:video|v)/|video\.163\.com"),
        NotArticle(
            outcome="deleted",
            text=r"(?:该|此)(?:文章|内容|页面)(?:已被?删除|不存在)|您(?:访问|查看)的页面(?:不存在|已删除)",
            max_text=400,
        ),
    ),
    expected=(50, 3000),
    rhythm_minutes=30,
    notes="A syndicator: the credit after 来源 names the publisher. Lists and old pages are GBK; og:title is cut at raw "
    "quotation marks. List pages of 網易號 check their readers; articles are open.",
)
