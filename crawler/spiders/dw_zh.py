"""Deutsche Welle, simplified Chinese."""

from crawler.outlet import Feed, NewsMap, SectionList
from crawler.spiders._dw import edition

OUTLET = edition(
    key="dw-zh",
    lang="zh",
    name="德国之声",
    language_tag="zh-Hans",
    country_zone="UTC",
    ways=(
        Feed(url="https://rss.dw.com/rdf/rss-chi-all", source="many projects 2026, B"),
        Feed(url="https://rss.dw.com/xml/rss-chi-all", rank=2, source="many projects 2026, B"),
        SectionList(url="https://www.dw.com/zh/在线报导/s-9058", rank=2, source="project lists 2026, C"),
        NewsMap(url="https://www.dw.com/zh/news-sitemap.xml", rank=2, source="inferred from de and en"),
    ),
    expected=(5, 400),
)
