"""`rapport urls`: where the running platform answers; no passwords."""

from urllib.parse import urlsplit

from cyclopts import App

from deploy.cli.common import Json, say, show
from deploy.local.addresses import Addresses
from deploy.local.home import Home
from deploy.local.problems import Unavailable


def register(app: App) -> None:
    """Add this command."""
    app.command(urls)


def urls(*, json: Json = False) -> None:
    """List the addresses of the running platform: APIs and their documents, metrics, mails, the broker."""
    home = Home.find()
    platform = Addresses.load(home)
    if not home.is_held():
        raise Unavailable(
            f"The Rapport on {home.root} was killed and answers no more: start it again with `rapport up`."
        )
    rows = []
    for service, url in platform.services.items():
        for what, path in (("api", ""), ("openapi", "/openapi.json"), ("ready", "/readyz"), ("metrics", "/metrics")):
            rows.append({"part": service, "what": what, "url": f"{url}{path}"})
    if platform.mail_url:
        rows.append({"part": "mail", "what": "messages", "url": f"{platform.mail_url}/messages"})
    rows.append({"part": "broker", "what": "amqp", "url": _without_login(platform.amqp_url)})
    if platform.management_url:
        rows.append({"part": "broker", "what": "management", "url": _without_login(platform.management_url)})
    show(rows, as_json=json)
    say(f"The logins stand in {Addresses.path(home)}, which its owner alone can read.")


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
