"""What went wrong with an answer that never became a page: a sentence, and the word it is counted under."""

from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, ResponseDataLossError

SENTENCE = 300
KINDS: tuple[tuple[type[Exception], str, str], ...] = (
    (DownloadCancelledError, "bounds.size", "the answer was larger than the limit"),
    (DownloadTimeoutError, "bounds.time", "the answer took too long"),
    (ResponseDataLossError, "cut", "the answer broke off or was chunked wrongly"),
)


def trouble(problem: BaseException) -> tuple[str, str | None]:
    """The sentence, and the word or None where it is just an error."""
    for kind, word, sentence in KINDS:
        if isinstance(problem, kind):
            return sentence, word
    detail = " ".join(str(problem).split()).removeprefix("[<twisted.python.failure.Failure ").removesuffix(">]")
    message = f"{type(problem).__name__}: {detail}"[:SENTENCE]
    return message, "bounds.head" if _is_head(problem) else None


def _is_head(problem: BaseException) -> bool:
    return "HeadTooLargeError" in repr(problem) or "HeadTooLargeError" in str(problem) or "line length" in str(problem)
