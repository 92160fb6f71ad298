"""The Scrapy project: its settings, which hold whatever Scrapy's own defaults are."""

from collections.abc import Iterable
from typing import Any

from crawlers.addresses import OWN, SETTING, allowances
from crawlers.manifest import Manifest
from crawlers.page import BODY_LIMIT

ROBOT = "Sidelight"
VERSION = "0.1"
PAGE_SECONDS = 45  # from asking to the last byte; a halted run waits no longer for its last page
# What these do the collector does, in one place and counted.
IDLE_MIDDLEWARES = (
    "scrapy.spidermiddlewares.depth.DepthMiddleware",
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware",
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware",
    "scrapy.spidermiddlewares.referer.RefererMiddleware",
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware",
)
# What may do better in a moment. An answer that was too slow or too large is not asked for again.
RETRIED = [
    "scrapy.exceptions.CannotResolveHostError",
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
    "twisted.internet.error.ConnectError",
]


def user_agent(contact: str) -> str:
    """How the crawler names itself, with the way to reach who runs it."""
    return f"{ROBOT}/{VERSION} (+{contact})" if contact else f"{ROBOT}/{VERSION}"


def process_settings(manifests: Iterable[Manifest]) -> dict[str, Any]:
    """Settings of the process that crawls these sites."""
    return {
        SETTING: allowances([(host, one.allow_private) for one in manifests for host in one.netlocs]),
        "TWISTED_DNS_RESOLVER": "crawlers.resolver.GuardedResolver",
        "LOG_LEVEL": "ERROR",
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "STATS_DUMP": False,
        "EXTENSIONS_BASE": {},  # none is used; remote control alone takes half a second to load
    }


def site_settings(manifest: Manifest, contact: str) -> dict[str, Any]:
    """Settings of one site's crawl."""
    pace = manifest.pace
    return {
        OWN: list(manifest.allow_private),
        "USER_AGENT": user_agent(contact),
        "ROBOTSTXT_OBEY": manifest.robots.obey,
        "ROBOTSTXT_USER_AGENT": ROBOT,
        "DOWNLOAD_HANDLERS_BASE": {},
        "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawlers.handler.BoundedHandler"),
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawlers.robots.RobotsMiddleware": 100,
        },
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/json,application/xml;q=0.9,text/*;q=0.8",
            "Accept-Encoding": "gzip, deflate",
            **({"Accept-Language": manifest.language} if manifest.language else {}),
        },
        "DOWNLOAD_MAXSIZE": BODY_LIMIT,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": PAGE_SECONDS,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "CONCURRENT_REQUESTS": pace.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": pace.concurrency,
        "DOWNLOAD_DELAY": 0,  # the handler takes turns, see crawlers/pace.py
        "AUTOTHROTTLE_ENABLED": False,
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # a listing's newest pages first
        # The page undoes its compression itself, within bounds, and evidence keeps the bytes as received.
        "COMPRESSION_ENABLED": False,
        "COOKIES_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "HTTPPROXY_ENABLED": False,  # behind a proxy the peer's address could not be checked
        "REDIRECT_ENABLED": False,  # redirects of pages are entries of the frontier
        "HTTPCACHE_ENABLED": False,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],  # 429 and 503 make the host wait
        "RETRY_EXCEPTIONS": RETRIED,
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "CONCURRENT_ITEMS": 1,  # Scrapy starts that many tasks for each response; we yield requests only, no items
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        "SPIDER_MIDDLEWARES": dict.fromkeys(IDLE_MIDDLEWARES),
        "MEMUSAGE_ENABLED": False,
    }
