"""The proxies before the lab, as RNNLAB_PROXIES names them: what they say of where a request comes from is believed.
What anybody else says is not, for it may be made up."""

import ipaddress
import logging
import os

import uvicorn
from starlette.datastructures import Headers
from starlette.types import Scope

from pages.shell.readers.cookie import FORWARDED
from rnnlab.i18n import LabError, Problem, shorten

ANY = "*"


def trusted() -> list[str]:
    """Addresses and networks, IPv4 also as a server hears it that listens to both. Raises LabError for what is none."""
    told = os.environ.get("RNNLAB_PROXIES", "").replace(",", " ").split()
    if ANY in told:
        return [ANY]
    found: list[str] = []
    for one in told:
        try:
            network = ipaddress.ip_network(one, strict=False)
        except ValueError:
            raise LabError(Problem("proxy_unknown", "", {"value": shorten(one)})) from None
        found.append(str(network))
        if network.version == 4:
            found.append(f"::ffff:{network.network_address}/{96 + network.prefixlen}")
    return found


def install() -> None:
    """Once a process, before it serves. Uvicorn would believe whoever is on this machine."""
    told = trusted()
    uvicorn.Config.forwarded_allow_ips = property(lambda _: told, lambda *_: None)  # type: ignore[assignment]


class Unnamed:
    """Says in the log, once, that a proxy is there which nobody has named."""

    said = False

    def look(self, scope: Scope) -> None:
        if not self.said and FORWARDED[0] in Headers(scope=scope) and not trusted():
            self.said = True
            logging.getLogger(__name__).warning(
                "A proxy hands requests on: until RNNLAB_PROXIES names it, all its readers are at one address."
            )
