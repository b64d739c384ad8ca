"""Whose a job is: a browser's, whatever it has open, and however many browsers say that they are others.

A person's tabs are one reader, by a cookie. A class is thirty readers at one address, each with a cookie of its own, so
an address is no reader; but whoever asks for ever new cookies is told from a class by nothing but their number. So an
address has at most `AT_ADDRESS` readers at a time, and who comes beyond them shares with one of these.
"""

import hashlib
import ipaddress
import threading
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from rnnlab.hosting.hours import Hours

AT_ADDRESS = 40  # readers: a class, and its teachers


@dataclass(eq=False)  # each is one for itself, and held by sessions alone
class Reader:
    name: str  # by which he is known again: no cookie can be made of it
    address: str  # where he came from first; "" for the machine that the lab runs on, who is the host himself
    hours: Hours = field(default_factory=Hours, repr=False)  # of all readers

    def spend(self, seconds: float) -> None:
        """So much was computed for him."""
        if self.address:
            self.hours.add(self.name, seconds)
            self.hours.add(self.address, seconds)


class Readers:
    """All who are here. One is forgotten with the last session that holds him."""

    def __init__(self, at_address: int = AT_ADDRESS):
        self.at_address = at_address
        self.by_name: WeakValueDictionary[str, Reader] = WeakValueDictionary()
        self.lock = threading.Lock()
        self.hours = Hours()

    def find(self, cookie: str, address: str) -> Reader:
        """The reader with this cookie, or where a browser keeps none, "", the one reader without any at this address
        (see `address_of`)."""
        name = hashlib.sha256((cookie or f"at {address}").encode()).hexdigest()[:32]
        with self.lock:
            if known := self.by_name.get(name):
                return known
            beside = sorted(one.name for one in self.by_name.values() if one.address == address)
            if address and len(beside) >= self.at_address:
                sharing = self.by_name.get(beside[int(name, 16) % len(beside)])  # the same one, if he comes again
                if sharing:
                    return sharing
            reader = self.by_name[name] = Reader(name, address, self.hours)
            return reader


def address_of(host: str | None, forwarded: bool) -> str:
    """By which those are taken together who may be one: of IPv6 the network, for a line has a whole one. "" for who
    sits at the machine itself, which nobody does whose request was `forwarded` by a proxy."""
    try:
        ip = ipaddress.ip_address(host or "::1")
    except ValueError:
        return host or ""
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip  # as a server hears who listens to both
    if ip.is_loopback and not forwarded:
        return ""
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))


ALL = Readers()  # of this process
