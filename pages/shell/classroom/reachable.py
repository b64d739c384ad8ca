"""Whether a class can come by the address by which its teacher has come."""

from urllib.parse import urlsplit

import streamlit as st

from pages.shell.server import http_policy
from rnnlab.i18n import Translate


def own_machine(host: str) -> bool:
    """Whether this host, with its port perhaps, is the machine that the browser runs on, for every browser."""
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    return name == "localhost" or name.endswith(".localhost") or name == "::1" or name.startswith("127.")


def warn(host: str, t: Translate) -> None:
    """Where nobody else comes by this address: by which he might, as far as the lab knows."""
    if not own_machine(host):
        return
    others = [address for address in http_policy.addresses() if not own_machine(urlsplit(address).netloc)]
    st.warning(t("room.own_machine", address=others[0]) if others else t("room.own_machine_alone"))
