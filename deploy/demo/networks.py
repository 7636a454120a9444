"""The networks of the demo, as an administrator of each puts them."""

from pathlib import Path

from deploy.cli.network import apply_network, read_network
from deploy.demo.stage import Stage

FOLDER = Path(__file__).parent
ADULTS = FOLDER / "network.toml"
YOUTH = FOLDER / "bridge.toml"
NETWORKS = (ADULTS, YOUTH)


async def apply(stage: Stage, file: Path) -> None:
    """Put a network, and wait until everybody heard of it."""
    network = read_network(file)
    headers = stage.headers("administrator", network["places"][0]["site"], "demo")
    async with stage.client(stage.addresses.services["intake"], headers) as http:
        await apply_network(http, network)
    await stage.quiet()
