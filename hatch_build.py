"""What a wheel of the lab needs is what requirements.txt says: read when it is built, so that it is said once."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Requirements(MetadataHookInterface):
    """Fills in the fields that pyproject.toml calls dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        metadata["dependencies"] = self.pinned("requirements.txt")
        metadata["optional-dependencies"] = {"cluster": self.pinned("requirements-cluster.txt")}

    def pinned(self, name: str) -> list[str]:
        """The packages that a file names itself, without comments and without the files that it includes."""
        lines = (Path(self.root) / name).read_text("utf-8").splitlines()
        return [line for line in map(str.strip, lines) if line and not line.startswith(("#", "-"))]
