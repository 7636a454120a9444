"""The compose file as far as it can be proven without an engine: its commands, settings, images and limits."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.cli.main import app
from deploy.local.mailcatcher import arguments
from deploy.registry import SERVICES, settings
from deploy.secrets import make_secrets
from deploy.settings import SECRETS_FOLDER, read_secrets, variable

ROOT = Path(__file__).parents[3]
FILE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = FILE["services"]
OURS = {name: each for name, each in CONTAINERS.items() if each["image"].startswith("rapport:")}
MOUNTED = "/run/secrets/rapport"
OF_COMMANDS = {SECRETS_FOLDER, "RAPPORT_PRIVATE_KEY_FILE", *(f"RAPPORT_{name.upper()}_URL" for name in SERVICES)}

every_container = pytest.mark.parametrize("name", CONTAINERS)
every_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the container `secrets` makes them."""
    folder = tmp_path_factory.mktemp("secrets")
    make_secrets(folder, postgres="postgres", rabbitmq="rabbitmq")
    return folder


def as_mounted(name: str, secrets: Path) -> dict[str, str]:
    """A container's variables, with its part of the secrets where it is mounted."""
    (mount,) = [each for each in CONTAINERS[name]["volumes"] if isinstance(each, Mapping) and each["target"] == MOUNTED]
    folder = str(secrets / mount["volume"]["subpath"])
    return {key: str(value).replace(MOUNTED, folder) for key, value in CONTAINERS[name]["environment"].items()}


@every_service
def test_a_service_can_start_with_its_settings_and_its_own_secrets(
    service: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = as_mounted(service, secrets)
    read_secrets(environment)
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    found = settings(service)()
    assert (found.environment, found.host) == ("production", "0.0.0.0")
    assert f"/rapport_{service}" in found.database_url.get_secret_value()
    assert [key for key in environment if "DATABASE_URL" in key] == [f"RAPPORT_{service.upper()}_DATABASE_URL"]
    assert f"127.0.0.1:{found.port}:{found.port}" in CONTAINERS[service]["ports"]
    assert f":{found.port}/readyz" in str(CONTAINERS[service]["healthcheck"]["test"])


@every_service
def test_every_variable_of_a_service_is_a_setting_of_it(service: str, secrets: Path) -> None:
    environment = as_mounted(service, secrets)
    read_secrets(environment)
    kind = settings(service)
    known = {variable(kind, name) for name in kind.model_fields}
    assert environment.keys() - known == {SECRETS_FOLDER}
    required = {variable(kind, name) for name, field in kind.model_fields.items() if field.is_required()}
    assert required <= environment.keys()


@pytest.mark.parametrize("name", [name for name in OURS if name not in SERVICES and name not in ("secrets", "mail")])
def test_commands_get_what_they_read(name: str, secrets: Path) -> None:
    environment = as_mounted(name, secrets)
    assert environment.keys() <= OF_COMMANDS
    read_secrets(environment)
    assert {"RAPPORT_AMQP_URL", "RAPPORT_INTAKE_DATABASE_URL"} <= environment.keys()
    if key := environment.get("RAPPORT_PRIVATE_KEY_FILE"):
        assert Path(key).is_file()


@pytest.mark.parametrize("name", [name for name in OURS if name != "mail"])
def test_every_command_exists(name: str) -> None:
    command = [str(each) for each in CONTAINERS[name]["command"]]
    app.parse_args(command, exit_on_error=False, print_error=False)


def test_the_mail_catcher_takes_its_arguments() -> None:
    chosen = arguments().parse_args(CONTAINERS["mail"]["command"])
    notify = CONTAINERS["notify"]["environment"]
    assert (notify["RAPPORT_NOTIFY_SMTP_HOST"], notify["RAPPORT_NOTIFY_SMTP_PORT"]) == ("mail", str(chosen.port))
    assert f"127.0.0.1:{chosen.http_port}:{chosen.http_port}" in CONTAINERS["mail"]["ports"]


@every_container
def test_nobody_is_root_or_writes_outside_what_is_mounted(name: str) -> None:
    container = CONTAINERS[name]
    assert container["user"].split(":")[0] not in ("0", "root")
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]


@every_container
def test_images_are_pinned_and_ports_stay_on_this_machine(name: str) -> None:
    tag = CONTAINERS[name]["image"].partition(":")[2]
    assert tag.count(".") >= 1, "a tag that names a minor version"
    assert all(port.startswith("127.0.0.1:") for port in CONTAINERS[name].get("ports", ()))


@every_container
def test_what_goes_on_is_restarted_and_asked_for_its_health(name: str) -> None:
    container = CONTAINERS[name]
    jobs = ("secrets", "migrations", "topology", "operations")
    assert ("healthcheck" in container, container.get("restart")) == (
        (False, None) if name in jobs else (True, "unless-stopped")
    )


@every_service
def test_a_service_starts_after_schema_and_topology(service: str) -> None:
    after = {name: each["condition"] for name, each in CONTAINERS[service]["depends_on"].items()}
    done, healthy = "service_completed_successfully", "service_healthy"
    assert after == {"migrations": done, "topology": done, "postgres": healthy, "rabbitmq": healthy}


@every_container
def test_what_is_mounted_from_here_is_here(name: str) -> None:
    for mount in CONTAINERS[name].get("volumes", ()):
        if isinstance(mount, Mapping) and mount["type"] == "bind":
            assert (ROOT / mount["source"]).exists()
            assert mount["read_only"] is True


def test_secrets_are_made_once(secrets: Path) -> None:
    before = {path: path.read_bytes() for path in secrets.rglob("*") if path.is_file()}
    assert not make_secrets(secrets, postgres="elsewhere", rabbitmq="elsewhere")
    assert before == {path: path.read_bytes() for path in secrets.rglob("*") if path.is_file()}


def test_the_image_is_of_this_version_and_its_bases_are_pinned() -> None:
    dockerfile = (ROOT / "deploy/docker/Dockerfile").read_text()
    bases = [line.split()[1] for line in dockerfile.splitlines() if line.startswith("FROM ")]
    assert len(set(bases)) == 1
    assert bases[0].partition(":")[2].count(".") == 2
    version = next(line for line in (ROOT / "pyproject.toml").read_text().splitlines() if line.startswith("version"))
    assert {each["image"] for each in OURS.values()} == {f"rapport:{version.split()[-1].strip(chr(34))}"}


def test_prometheus_watches_the_services_where_they_listen() -> None:
    document = yaml.safe_load((ROOT / "deploy/docker/prometheus.yml").read_text())
    targets = {
        each["labels"]["service"]: each["targets"][0] for each in document["scrape_configs"][0]["static_configs"]
    }
    assert targets == {name: f"{name}:{settings(name).model_fields['port'].default}" for name in SERVICES}
