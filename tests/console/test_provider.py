"""Single sign-on against a real provider on loopback: who is let in, and every answer that is not."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr
from starlette.testclient import TestClient

from casework import accounts, auditlog, oidc
from casework.records import Role
from console.app import create_app
from store.errors import SettingsError
from store.settings import Settings
from store.workspace import Workspace, open_workspace
from tests.console import provider as providers
from tests.console.provider import Provider


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providers.running() as found:
        yield found


@pytest.fixture(scope="module")
def opened(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    settings = Settings(
        oidc_issuer=provider.address,
        oidc_client_id=providers.CLIENT,
        oidc_client_secret=SecretStr(providers.SECRET),
        oidc_address="http://testserver",
    )
    workspace = open_workspace(tmp_path_factory.mktemp("sso") / "workspace", settings)
    accounts.add(workspace, "ana", Role.ANALYST, None, "root", subject="u-17")
    accounts.add(workspace, "gone", Role.ANALYST, None, "root", subject="u-18")
    accounts.set_disabled(workspace, "gone", "root", disabled=True)
    yield workspace
    workspace.close()


@pytest.fixture
def browser(opened: Workspace, provider: Provider) -> TestClient:
    provider.subject, provider.methods, provider.lie, provider.signer = "u-17", ["pwd", "mfa"], {}, None
    return TestClient(create_app(opened, hosts=("testserver",), factors=True), follow_redirects=False)


def _come_back(browser: TestClient) -> str:
    """Go to the provider as a browser does; the address it sends back to."""
    address = browser.get("/sign-in/provider").headers["location"]
    with httpx2.Client() as client:
        return str(client.get(address).headers["location"]).removeprefix("http://testserver")


@pytest.mark.slow
def test_whoever_the_provider_knows_and_an_operator_linked_is_let_in(browser: TestClient, opened: Workspace) -> None:
    assert "Sign in with your organisation" in browser.get("/sign-in").text
    answer = browser.get(_come_back(browser))
    assert answer.status_code == 200
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert browser.get("/api/session").json()["account"] == "ana"
    [event] = auditlog.events(opened, limit=1, action="sign in")
    assert (event.actor, event.facts) == ("ana", {"how": "single sign-on"})


def test_an_answer_is_good_once_and_in_its_own_browser(browser: TestClient, opened: Workspace) -> None:
    address = _come_back(browser)
    kept = dict(browser.cookies)
    browser.cookies.clear()
    assert "begin again" in browser.get(address).text
    for name, value in kept.items():
        browser.cookies.set(name, value)
    assert browser.get(address).status_code == 200
    for name, value in kept.items():
        browser.cookies.set(name, value)
    assert "cannot be relied on" in browser.get(address).text


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ({"iss": "https://other.example"}, "cannot be relied on"),
        ({"aud": "another-client"}, "cannot be relied on"),
        ({"exp": 1_000_000_000}, "cannot be relied on"),
        ({"nonce": "another"}, "cannot be relied on"),
        ({"sub": "u-99"}, "users link NAME u-99"),
        ({"sub": "u-18"}, "disabled"),
        ({"amr": ["pwd"]}, "second factor"),
        ("another key", "cannot be relied on"),
    ],
)
def test_an_answer_that_is_wrong_lets_nobody_in(
    browser: TestClient, provider: Provider, lie: dict[str, object] | str, said: str
) -> None:
    if isinstance(lie, str):
        provider.signer = ECKey.generate_key("P-256", {"kid": "one"})
    else:
        provider.lie = lie
    answer = browser.get(_come_back(browser))
    assert answer.status_code == 400
    assert said in answer.text
    assert browser.get("/queue").status_code == 303


def test_a_state_of_another_flow_is_refused(browser: TestClient) -> None:
    _come_back(browser)
    assert "begin again" in browser.get("/sign-in/back?code=code-0&state=forged").text


def test_a_provider_beyond_loopback_is_asked_by_https_alone(tmp_path: Path) -> None:
    settings = Settings(
        oidc_issuer="http://login.example.org", oidc_client_id="x", oidc_address="https://c.example.org"
    )
    workspace = open_workspace(tmp_path / "w", settings)
    with pytest.raises(SettingsError, match="https"):
        oidc.start(workspace)
    workspace.close()
