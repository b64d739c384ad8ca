"""One value of a process that all its threads share, such as the engine."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=Closable)


class Shared(Generic[T]):
    """Opened on first use by whoever asks first; `open_` may give None, and is asked again then."""

    def __init__(self, open_: Callable[[], T | None]):
        self.open = open_
        self.lock = threading.Lock()
        self.value: T | None = None

    def get(self) -> T | None:
        with self.lock:
            if self.value is None:
                self.value = self.open()
            return self.value

    def forget(self, value: T) -> None:
        """Let the next who asks open another in the place of this one, which has closed itself."""
        with self.lock:
            if self.value is value:
                self.value = None

    def close(self) -> None:
        with self.lock:
            if self.value is not None:
                self.value.close()
                self.value = None
