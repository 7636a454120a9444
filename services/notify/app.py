"""The composition root of notify: the only place that wires its parts."""

from services.notify import api, handlers
from services.notify.addressbook import AddressBook
from services.notify.letters import Letterhead
from services.notify.mailserver import MailServer
from services.notify.senders import BATCH, Mails
from services.notify.settings import Settings
from services.notify.tables import ClearanceRow
from shared.private_reads import Intake
from shared.service import Sender, Service
from shared.standing import kept_in


def build(settings: Settings | None = None) -> Service:
    """Notify, ready to run."""
    settings = settings or Settings()
    service = Service(
        "notify", settings, routers=[api.router], handlers=handlers.events, clearances=kept_in(ClearanceRow)
    )
    server = MailServer(
        settings.smtp_host, settings.smtp_port, settings.smtp_user, settings.smtp_password, settings.smtp_tls
    )
    book = AddressBook(Intake(settings.intake_url, settings.service_token))
    mails = Mails(service.sessions, service.clock, book, server, Letterhead(settings.mail_from, settings.link_url))
    service.senders.append(Sender("mails", mails.step, mails.waiting, BATCH, mails.unknown))
    return service
