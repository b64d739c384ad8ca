"""The address of a cluster's scheduler, and why nobody is reached there."""

import os
import ssl
from urllib.parse import urlsplit

from rnnlab.i18n import Problem


def connection_problem(address: str, error: BaseException, patience: float) -> Problem:
    """What kept us from connecting. The first cause says it; what follows from it only says that it failed.
    `patience`: how many seconds were waited for."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    from tornado.iostream import StreamClosedError

    refused = (  # by us or by the scheduler; a TypeError is what Dask says where no certificate is set
        *(ssl.SSLError, ConnectionResetError, StreamClosedError),
        *(FileNotFoundError, PermissionError, TypeError),
    )
    if address.startswith("tls:") and isinstance(error, refused):
        return Problem("cluster_tls", "", {"address": address, "reason": str(error)})
    return Problem("cluster_none", "", {"address": address, "reason": str(error) or f"{patience:g} s"})


def is_address(text: str) -> bool:
    """Whether this is a scheduler's address: tcp or tls, a host and a port."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("tcp", "tls") and bool(parts.hostname and parts.port) and not parts.path
    except ValueError:  # a port that is no port
        return False


def scheduler_address() -> str:
    """RNNLAB_DASK, or "" where none is given."""
    return os.environ.get("RNNLAB_DASK", "").strip()
