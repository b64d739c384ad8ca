"""deploy/nginx.conf for a network of this machine's: the same, but for names, ports and folders."""

import shutil
from pathlib import Path

from benchmarks.server import ROOT

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def nginx_command(folder: Path, webs: tuple[str, str], plain: str, secure: str, tls: bool) -> list[str]:
    """Writes it into a folder, where nginx keeps all that it has: what starts it in the foreground, errors to stderr.

    webs: host and port of the two processes of the lab. plain, secure: those at which nginx listens for http and https,
    which without `tls` is http, too; with it, cert.pem and key.pem have to be in `tls` below the folder.
    Raises ValueError where the file has no longer what is to be replaced.
    """
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    if not tls:
        text = "\n".join(line for line in text.splitlines() if "ssl_" not in line)
    for told, instead in {
        "web1:8501": webs[0],
        "web2:8501": webs[1],
        "listen 80;": f"listen {plain};",
        "listen 443 ssl;": f"listen {secure} ssl;" if tls else f"listen {secure};",
        "/run/nginx.pid": str(folder / "pid"),
        "include mime.types;": "".join(f"{name}_temp_path {folder / name};" for name in TEMPORARY),
    }.items():
        if told not in text:
            raise ValueError(f"deploy/nginx.conf has no {told!r}")
        text = text.replace(told, instead)
    (folder / "nginx.conf").write_text(text)
    options = ["-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    return [NGINX or "nginx", *options, "-g", "daemon off; user root;"]  # it need not be root to say so
