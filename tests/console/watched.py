"""A page in a real browser that notes what it asks for and complains about."""

from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.console.conftest import PASSWORD


class Watched:
    """A page with everything it asked for and complained about."""

    def __init__(
        self, browser: Browser, address: str, *, scripts: bool = True, scheme: Literal["light", "dark"] = "light"
    ) -> None:
        self.context = browser.new_context(base_url=address, java_script_enabled=scripts, color_scheme=scheme)
        self.page: Page = self.context.new_page()
        self.address = address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", self._asked)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda problem: self.complaints.append(str(problem)))

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def search(self, query: str) -> None:
        self.page.get_by_label("Search ads").fill(query)
        self.page.get_by_role("button", name="Search").click()

    def sign_in(self) -> None:
        self.page.goto("/")
        self.page.get_by_label("Name").fill("ana")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def check(self) -> None:
        assert [url for url in self.requests if not url.startswith(self.address + "/")] == []
        assert self.complaints == []
