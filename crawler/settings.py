"""The manners and the wiring of the crawler, one page. Scrapy's own defaults are not polite: everything is said here."""

import os
from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("wiredesk")
except PackageNotFoundError:  # run from a checkout that was not installed
    VERSION = "0.1.0"

CONTACT = os.environ.get("WIREDESK_CONTACT") or "https://wiredesk.invalid/contact"
"""Where an outlet's operator reaches ours. Set ``WIREDESK_CONTACT`` to a page or address of your own."""

BOT_NAME = "wiredesk"
USER_AGENT = f"Mozilla/5.0 (compatible; wiredesk/{VERSION}; +{CONTACT})"
"""Said to every outlet; one that refuses it gets the outcome ``refused``. No browser is impersonated."""

SPIDER_MODULES = ["crawler.spiders"]
SPIDER_LOADER_CLASS = "crawler.ways.loader.OutletSpiderLoader"

# Good guest: robots.txt rules, one request at a time per host, a pause between two.
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "wiredesk"
CONCURRENT_REQUESTS = 8
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 2.0
DOWNLOAD_DELAY_JITTER = 0.2
RETRY_TIMES = 2
WIREDESK_RETRY_CODES = [429, 500, 502, 503, 504, 522, 524]
WIREDESK_FIRST_PAUSE = 10.0  # seconds after a first 429 or 5xx without Retry-After; doubles
WIREDESK_LONGEST_PAUSE = 300.0  # a host that asks for more is left alone until the next crawl
WIREDESK_PATIENCE = 5  # failures in a row after which a host is left alone until the next crawl

# Bounds: nothing that an outlet sends may cost more than this.
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 16 * 2**20
DOWNLOAD_WARNSIZE = 4 * 2**20
DOWNLOAD_FAIL_ON_DATALOSS = True
REDIRECT_MAX_TIMES = 5
CLOSESPIDER_TIMEOUT = 1800
SCHEDULER_MEMORY_QUEUE = (
    "scrapy.squeues.FifoMemoryQueue"  # the newest article, which is asked for first, comes first
)
DEPTH_LIMIT = 0  # spiders follow no links of pages: a listing, its further pages, its articles

# Honest transport: certificates are checked, names may not resolve to private addresses.
DOWNLOAD_VERIFY_CERTIFICATES = True
TWISTED_DNS_RESOLVER = "crawler.transport.PublicResolver"
DNS_TIMEOUT = 10
DOWNLOAD_HANDLERS = {
    "http": "crawler.transport.OutletHandler",
    "https": "crawler.transport.OutletHandler",
    "ftp": None,
    "file": None,
    "data": None,
    "s3": None,
}
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.8,*/*;q=0.5",
    "Accept-Language": "zh-TW,zh;q=0.9,en;q=0.5",
}

# Off: what an honest reader of public pages does not need, or what opens doors.
COOKIES_ENABLED = False
METAREFRESH_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
HTTPCACHE_ENABLED = False
REFERER_ENABLED = True
REFERRER_POLICY = "same-origin"

# The order of things: Scrapy's own middlewares in their places, ours instead of four of them.
DOWNLOADER_MIDDLEWARES = {
    "crawler.manners.OwnHosts": 50,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.robots.Robots": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.manners.BackOff": 550,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.manners.BoundedCompression": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.manners.OwnRedirects": 600,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
}
ITEM_PIPELINES = {"crawler.landing.LandingPipeline": 100}
EXTENSIONS = {"scrapy.extensions.memusage.MemoryUsage": None, "scrapy.extensions.logstats.LogStats": None}

LOG_LEVEL = "INFO"
LOG_FORMAT = "%(asctime)s %(levelname)s [%(name)s] %(message)s"
