"""Which engine: the workspace's own, or the Elasticsearch that `search_url` names."""

from typing import Any
from urllib.parse import unquote, urlsplit

from indexer.backend import SearchBackend
from store.errors import SettingsError
from store.loopback import is_loopback
from store.workspace import Workspace

TIMEOUT = 30.0  # seconds for one request


def open_backend(workspace: Workspace) -> SearchBackend:
    """The workspace's search engine. Nothing is asked of it yet. Raises SettingsError for an address that is not safe."""
    url = workspace.settings.search_url
    if url is None:
        from indexer.embedded import Embedded

        return Embedded(workspace.index)
    from elasticsearch import Elasticsearch, OrjsonSerializer

    from indexer.elastic import Elastic

    host, user, password = server(url.get_secret_value())
    # The client refuses certificates where it speaks without TLS.
    trust: dict[str, Any] = {"ca_certs": workspace.settings.search_ca} if workspace.settings.search_ca else {}
    client = Elasticsearch(
        host,
        serializer=OrjsonSerializer(),
        basic_auth=(user, password) if user else None,
        **(trust if host.startswith("https") else {}),
        request_timeout=TIMEOUT,
        max_retries=3,
        retry_on_status=(429, 502, 503, 504),
        retry_on_timeout=True,
    )
    return Elastic(client, host, workspace.settings.search_prefix)


def server(url: str) -> tuple[str, str, str]:
    """Address, user and password; refuses a server elsewhere that is not spoken to over TLS with credentials."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError("search_url is no web address; write https://user:password@host:9200")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    address = f"{parts.scheme}://{host}:{port or (443 if parts.scheme == 'https' else 9200)}{parts.path.rstrip('/')}"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not is_loopback(parts.hostname):
        if parts.scheme != "https":
            raise SettingsError(f"search_url {address} is neither on this machine nor encrypted; use https://")
        if not (user and password):
            raise SettingsError(f"search_url {address} has no credentials; write https://user:password@{host}")
    return address, user, password
