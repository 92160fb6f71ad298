"""Errors of collecting: each names the file, page or address it is about."""

from store.errors import SidelightError


class ManifestError(SidelightError):
    """A site's folder cannot be used; the message names file, line and key."""

    exit_status = 2


class PageError(SidelightError):
    """A page yields nothing: it is empty, damaged, or the selectors find no ad on it. `trouble` names what is counted."""

    def __init__(self, message: str, trouble: str | None = None) -> None:
        super().__init__(message)
        self.trouble = trouble


class ImportFileError(SidelightError):
    """A file to import cannot be read at all."""


class CrawlError(SidelightError):
    """The crawling process ended before its runs did."""
