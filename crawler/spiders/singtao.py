"""Sing Tao Daily 星島日報, Hong Kong."""

from crawler.outlet import Markup, Outlet, SectionList, UrlPattern

OUTLET = Outlet(
    key="singtao",
    name="星島日報",
    home="https://std.stheadline.com/",
    country="HK",
    language_tag="zh-Hant",
    timezone="Asia/Hong_Kong",
    hosts=("std.stheadline.com",),
    urls=(
        UrlPattern(
            host=r"std\.stheadline\.com",
            path=r"/(?P<kind>daily|realtime)/article/(?:amp/)?(?P<id>\d+)(?:/[^/]*)?",
            id="{kind}-{id}",  # the printed paper and the instant news count for themselves
            canonical="https://std.stheadline.com/{kind}/article/{id}",
        ),
        UrlPattern(
            host=r"std\.stheadline\.com", path=r"/(?:daily|realtime)(?:/(?!article/).*)?", kind="listing"
        ),
    ),
    ways=(
        SectionList(url="https://std.stheadline.com/realtime/即時", source="crawlers of 2020 to 2025, C"),
        SectionList(url="https://std.stheadline.com/realtime/hongkong/即時-港聞", source="hknews 2020, C"),
        SectionList(url="https://std.stheadline.com/daily/日報", rank=2, source="inferred from realtime"),
    ),
    title_suffixes=(r"(?:\s*\|\s*[^|]{1,8}){0,2}\s*\|\s*星島日報\s*$",),
    markups=(
        Markup(
            rests_on="seen",
            source="a real page, 2020-08",
            title=("article.content header h1",),
            time=("article.content header span.date",),
            time_formats=("%Y-%m-%d %H:%M",),
            lead_image=(".carousel-item img",),
            body=("article.content div.paragraphs",),
            strip=(".carousel-wrapper", ".article-icons", ".article-pagination", "form", ".ads", "iframe"),
            strip_inline=(r"^[（(]星島日報報道[）)]",),
            byline_patterns=(r"^(?:本報記者|記者)[\s　]*(?P<names>[\u4e00-\u9fff、\s]{2,20})$",),
            strip_lines=(r"(?:本報)?記者[\s　]*[\u4e00-\u9fff]{2,4}$", r"建立時間", r"更新時間"),
        ),
    ),
    expected=(5, 300),
    rhythm_minutes=60,
    notes="A printed story is dated 00:00: then only its day is known. The group moved much to www.stheadline.com, not claimed.",
)
