"""Deutsche Welle, English."""

from crawler.outlet import Feed, NewsMap
from crawler.spiders._dw import edition

OUTLET = edition(
    key="dw-en",
    lang="en",
    name="Deutsche Welle",
    language_tag="en",
    country_zone="UTC",
    ways=(
        NewsMap(url="https://www.dw.com/en/news-sitemap.xml", source="Fundus 2026-08, B"),
        Feed(url="https://rss.dw.com/rdf/rss-en-all", rank=2, source="same system as rss-chi-all"),
    ),
    expected=(10, 600),
    rests_on="seen",
)
