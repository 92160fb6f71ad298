"""Settings of a workspace: `sidelight.toml`, then environment variables (`SIDELIGHT_SEARCH_URL`), validated at start."""

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from store.complaints import complaint
from store.errors import SettingsError

FILE_NAME = "sidelight.toml"
DATABASES = ("postgresql://", "postgresql+psycopg://", "sqlite://")
PREFIX = "SIDELIGHT_"
# How like a setting's name a variable's has to be to be taken for a slip; others are of scripts, and none of our business.
ALIKE = 0.88


class Settings(BaseSettings):
    """Every setting with its default. A field's description is its line in docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    database_url: Annotated[
        SecretStr | None, Field(description="SQLAlchemy URL of a shared PostgreSQL; unset, the workspace's own SQLite")
    ] = None
    search_url: Annotated[
        SecretStr | None, Field(description="URL of an Elasticsearch 8.19 or newer; unset, the embedded engine")
    ] = None
    search_ca: Annotated[
        str,
        Field(description="PEM file of the authority that signed Elasticsearch's certificate; unset, the usual ones"),
    ] = ""
    search_prefix: Annotated[
        str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$", description="start of the names of the indices on Elasticsearch")
    ] = "sidelight"
    timezone: Annotated[str, Field(description="the team's time zone: where a day of the queue begins")] = "UTC"
    nightly: Annotated[
        str,
        Field(
            pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="time of day, the team's, of the scheduler's nightly jobs"
        ),
    ] = "02:30"
    contact: Annotated[
        str,
        Field(description="e-mail or web address in the crawler's user agent, so that a site's operator can reach you"),
    ] = ""
    queue_capacity: Annotated[
        int, Field(ge=1, le=10_000, description="how many groups the team can review in a day")
    ] = 50
    queue_audit: Annotated[
        int, Field(ge=0, le=1_000, description="how many groups from below the cut are added at random each day")
    ] = 5
    queue_learn: Annotated[
        int,
        Field(ge=0, le=1_000, description="how many groups are added each day because a label of them teaches most"),
    ] = 5
    queue_second: Annotated[
        int,
        Field(ge=0, le=1_000, description="how many decided groups are put before a second reader each day"),
    ] = 2
    claim_hours: Annotated[
        int, Field(ge=1, le=168, description="hours after which a claim on a group that was not decided is let go")
    ] = 8
    prevalence: Annotated[
        float,
        Field(gt=0, lt=1, description="assumed share of groups that matter, for the expected precision shown"),
    ] = 0.01
    disk_warning: Annotated[
        float,
        Field(gt=0, le=1, description="share of the disk in use from which a crawl warns and its run is amber"),
    ] = 0.85
    workers: Annotated[
        int,
        Field(
            ge=0,
            le=256,
            description="worker processes for reading, scoring and a new index; 0 takes one for each core; linking has a "
            "second process unless this is 1",
        ),
    ] = 0
    scheduler: Annotated[
        str,
        Field(description="Dask scheduler (tls://HOST:PORT) for reading and rebuilding the index; unset, this machine"),
    ] = ""
    console_host: Annotated[str, Field(description="address the console listens on")] = "127.0.0.1"
    console_port: Annotated[int, Field(ge=1, le=65_535, description="port the console listens on")] = 8450
    metrics_token: Annotated[
        SecretStr | None, Field(description="what a monitor has to show to read /metrics; unset, there is no such page")
    ] = None
    log_format: Annotated[
        Literal["text", "json"],
        Field(description="log of sidelight schedule and work: text, or json: lines without contents"),
    ] = "text"
    session_hours: Annotated[
        int, Field(ge=1, le=72, description="hours after which a signed-in person has to sign in again")
    ] = 10
    session_idle_minutes: Annotated[
        int,
        Field(ge=1, le=720, description="minutes without a click after which a signed-in person has to sign in again"),
    ] = 30
    lookup_reason: Annotated[
        bool, Field(description="whether nobody may search for a contact without having said why")
    ] = False
    lookup_case: Annotated[
        bool, Field(description="whether nobody may search for a contact without having named a case")
    ] = False
    export_alone: Annotated[
        int,
        Field(ge=0, le=1_000_000, description="rows that one person may take out; more needs a second person's word"),
    ] = 1_000
    checkpoint_copy: Annotated[
        Path | None,
        Field(
            description="folder, on another machine's disk, that gets a copy of each signed checkpoint of the audit log"
        ),
    ] = None
    oidc_issuer: Annotated[
        str, Field(description="address of the OpenID Connect provider people sign in with; unset, accounts are local")
    ] = ""
    oidc_client_id: Annotated[str, Field(description="this console's name at the provider")] = ""
    oidc_client_secret: Annotated[SecretStr | None, Field(description="this console's secret at the provider")] = None
    oidc_address: Annotated[
        str, Field(description="this console's own address, to which the provider sends people back")
    ] = ""
    oidc_factor: Annotated[
        str,
        Field(
            description="value of the provider's amr or acr that says a second factor was used; needed beyond loopback"
        ),
    ] = "mfa"
    retention_days: Annotated[
        int,
        Field(ge=1, le=3_650, description="days after its last sighting at which an ad that no case holds is purged"),
    ] = 365

    console_url: Annotated[
        str,
        Field(
            pattern=r"^(https?://\S+)?$",
            description="address of the console as people reach it: for links in messages, and what passkeys are bound to",
        ),
    ] = ""
    smtp_host: Annotated[str, Field(description="mail server that alerts are sent through; unset, none are mailed")] = (
        ""
    )
    smtp_port: Annotated[int, Field(ge=1, le=65_535, description="port of the mail server")] = 587
    smtp_security: Annotated[
        Literal["starttls", "tls", "none"],
        Field(description="how the mail server is spoken to; none is for a server on this machine alone"),
    ] = "starttls"
    smtp_user: Annotated[str, Field(description="account on the mail server; unset, nobody signs in")] = ""
    smtp_password: Annotated[SecretStr | None, Field(description="password of that account")] = None
    smtp_from: Annotated[str, Field(description="address that alerts are sent from")] = ""
    webhook_private: Annotated[
        bool, Field(description="allow webhooks to addresses of a private network, and without TLS")
    ] = False
    burst_minutes: Annotated[
        int, Field(ge=0, le=1_440, description="alerts that follow a message within so many minutes go out together")
    ] = 10

    known_hash_authority: Annotated[
        str,
        Field(
            max_length=500,
            description="the legal authority to match ads against hashes of known images; unset, none are loaded or matched",
        ),
    ] = ""

    @field_validator("database_url")
    @classmethod
    def _ours(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(DATABASES):
            raise ValueError("it is no URL of PostgreSQL (postgresql+psycopg://USER:PASSWORD@HOST/NAME) or SQLite")
        return url

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)  # to list the zones there are would look into the file of each
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone; take one such as Europe/Madrid") from None
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The team's time zone."""
        return ZoneInfo(self.timezone)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  no .env: one clear way
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


def load_settings(root: Path) -> Settings:
    """The settings of the workspace in `root`; raises SettingsError naming file, key and remedy."""
    path = root / FILE_NAME
    _refuse_slips()

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        return FromFile()
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(f"{path}: not valid TOML: {problem}") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"setting {key!r} ({path} or SIDELIGHT_{key.upper()}): {complaint(first, Settings)}; see docs/settings.md"
        ) from None


def _refuse_slips() -> None:
    """Raise SettingsError for a variable that is nearly a setting: what it was to protect would go without a word."""
    names = [name.upper() for name in Settings.model_fields]
    for given in sorted(one.removeprefix(PREFIX) for one in os.environ if one.startswith(PREFIX)):
        if given not in names and (meant := get_close_matches(given, names, 1, ALIKE)):
            raise SettingsError(
                f"the environment variable {PREFIX}{given} is no setting; did you mean {PREFIX}{meant[0]}? Rename or unset it"
            )
