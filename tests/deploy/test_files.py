"""The files of deploy/ hold together: what compose needs, what systemd takes, what a shell can read, what CI can run."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from sidelight import build
from store.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text())
SCRIPTS = sorted(DEPLOY.glob("*.sh"))
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
COMMANDS = set(get_command(build()).commands)  # type: ignore[attr-defined]


def test_the_image_is_made_by_copying_and_by_the_script_that_anybody_can_run() -> None:
    lines = [line.split()[0] for line in (DEPLOY / "Dockerfile").read_text().splitlines() if line and line[0] != "#"]
    assert lines == ["FROM", "COPY", "RUN", "USER", "ENV", "ENTRYPOINT", "CMD"]
    assert re.search(r"^RUN /src/deploy/install\.sh /opt/sidelight$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)


def test_every_name_in_compose_is_declared() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"console", "scheduler", "worker", "database", "search", "proxy"}
    for name, service in services.items():
        assert ("image" in service) != ("build" in service and "image" not in service), name
        for other in service.get("depends_on", {}):
            assert other in services
        for network in service.get("networks", []):
            assert network in COMPOSE["networks"]
        for secret in service.get("secrets", []):
            assert secret in COMPOSE["secrets"]
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or source.startswith("./"), volume
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in services[other]


def test_only_the_proxy_can_be_reached_from_outside_and_the_databases_reach_nobody() -> None:
    services = COMPOSE["services"]
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name for name, service in services.items() if "outside" in service.get("networks", [])} == {
        "proxy",
        "scheduler",
    }
    assert services["search"]["environment"]["xpack.security.http.ssl.enabled"] == "true"
    assert "ssl=on" in services["database"]["command"]


def test_commands_and_settings_in_compose_and_units_exist() -> None:
    run = [service["command"][0] for service in COMPOSE["services"].values() if service["image"] == "sidelight"]
    run += [
        match[1] for unit in UNITS for match in re.finditer(r"^ExecStart=\S+ (\S+)", unit.read_text(), re.MULTILINE)
    ]
    assert len(run) >= 6
    assert set(run) <= COMMANDS
    named = re.findall(r"SIDELIGHT_([A-Z_]+)=", (DEPLOY / "secrets.sh").read_text())
    assert {name.lower() for name in named} - {"certificate_days", "name"} <= set(Settings.model_fields)


def test_no_password_and_no_package_registry_stands_in_a_file() -> None:
    for path in DEPLOY.iterdir():
        if path.is_file():
            words = path.read_text()
            assert not re.search(
                r"pypi\.org|files\.pythonhosted|registry\.|docker\.io|ghcr\.io|quay\.io|npmjs", words
            ), path
            assert not re.search(r"(?i)password['\"]?\s*[:=]\s*['\"]?[a-z0-9]{6,}$", words, re.MULTILINE), path


def test_the_proxy_shows_nothing_that_is_meant_for_monitors() -> None:
    caddy = (DEPLOY / "Caddyfile").read_text()
    assert "path /metrics /healthz /readyz" in caddy
    assert caddy.count("{") == caddy.count("}")
    assert "protocols tls1.2 tls1.3" in caddy


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_shell_can_read_each_script_and_each_ends_at_its_first_failure(script: Path) -> None:
    shell = script.read_text().splitlines()[0].rpartition("/")[2].split()[-1]
    assert subprocess.run([shell, "-n", str(script)], check=False).returncode == 0
    assert re.search(r"^set -eu", script.read_text(), re.MULTILINE)
    assert script.stat().st_mode & 0o111
    if checker := shutil.which("shellcheck"):
        assert subprocess.run([checker, "-S", "warning", str(script)], check=False).returncode == 0


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_takes_each_unit(unit: Path) -> None:
    words = unit.read_text()
    assert words.startswith("# ")
    for line in words.splitlines():
        assert not line or line[0] in "#[" or re.match(r"[A-Z][A-Za-z]+=", line), line
    checker = shutil.which("systemd-analyze")
    if checker is None:
        return
    done = subprocess.run([checker, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert not [line for line in complaints if unit.name.replace("@", "") in line.replace("@i", "")], done.stderr
