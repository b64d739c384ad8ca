"""A real Dask scheduler and real worker processes on this machine, and certificates for them."""

import datetime
import ipaddress
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.eventually import ROOT, eventually

DASK = (sys.executable, "-m", "dask")
HOME = str(ROOT)  # where workers find the lab, and the tests' own jobs


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Processes:
    """Schedulers and workers that were started, each the parent of its own family."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.started: list[subprocess.Popen] = []

    def start(self, *command: str, **environment: str) -> subprocess.Popen:
        """A command of Dask's, away from the project's folder."""
        with (self.folder / f"{len(self.started)}.log").open("w") as log:
            env = {**os.environ, "PYTHONPATH": "", "OMP_NUM_THREADS": "1", **environment}
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *command], cwd=self.folder, env=env, stdout=log, stderr=log
            )
        self.started.append(process)
        return process

    def scheduler(
        self, *options: str, protocol: str = "tcp", port: int = 0, **environment: str
    ) -> tuple[str, subprocess.Popen]:
        """Its address, and its process, which knows nothing of the lab."""
        port = port or free_port()
        place = ("--host", "127.0.0.1", "--port", str(port), "--protocol", protocol)
        place += ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        process = self.start("scheduler", *place, *options, **environment)
        eventually(lambda: answers(port), "the scheduler listens", 30)
        return f"{protocol}://127.0.0.1:{port}", process

    def workers(self, address: str, count: int = 1, *options: str, **environment: str) -> subprocess.Popen:
        place = ("--host", "127.0.0.1", "--nthreads", "1", "--nworkers", str(count), "--no-dashboard")
        return self.start("worker", address, *place, *options, **{"PYTHONPATH": HOME, **environment})

    def stop(self) -> None:
        for process in self.started:
            kill_family(process)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def family(process: subprocess.Popen) -> list[psutil.Process]:
    try:
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill_family(process: subprocess.Popen) -> None:
    """A process and all that it started, at once: nobody is left to start anybody anew."""
    victims = family(process)
    for victim in victims:
        victim.kill()
    process.wait(10)
    psutil.wait_procs(victims, 10)


@contextmanager
def processes(folder: Path) -> Iterator[Processes]:
    running = Processes(folder)
    try:
        yield running
    finally:
        running.stop()


def certificates(folder: Path, name: str) -> dict[str, str]:
    """An authority of this name and a certificate for 127.0.0.1 that it signed: Dask's settings that use them."""
    folder.mkdir(exist_ok=True)
    authority, authority_key = signed("authority " + name, None, None)
    certificate, key = signed(name, authority, authority_key)
    paths = {part: str(folder / f"{name}-{part}.pem") for part in ("ca", "cert", "key")}
    plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    Path(paths["ca"]).write_bytes(authority.public_bytes(plain[0]))
    Path(paths["cert"]).write_bytes(certificate.public_bytes(plain[0]))
    Path(paths["key"]).write_bytes(key.private_bytes(*plain))
    own = {
        f"DASK_DISTRIBUTED__COMM__TLS__{who}__{part.upper()}": paths[part]
        for who in ("SCHEDULER", "WORKER", "CLIENT")
        for part in ("cert", "key")
    }
    own["DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION"] = "true"
    return {"DASK_DISTRIBUTED__COMM__TLS__CA_FILE": paths["ca"], **own}


def signed(name: str, issuer: x509.Certificate | None, issuer_key: ec.EllipticCurvePrivateKey | None):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(place, critical=False)
        .sign(issuer_key or key, hashes.SHA256())
    )
    return certificate, key
