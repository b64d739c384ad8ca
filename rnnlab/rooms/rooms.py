"""All rooms of one web process. They live in its memory and end with it."""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.rooms.room import Room, joined

ROOMS = 100  # at a time
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another, read off a projector
LENGTH = 6  # of a code: 31 ** 6 of them, nearly a billion


class Rooms:
    """Changed by many threads, a change at a time. Where several processes share an address, each has a `letter` of its
    own, with which its codes begin: by it who comes in is led to the process in which his room is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, letter: str = ""):
        self.clock = clock
        self.rooms: dict[str, Room] = {}
        self.lock = Lock()
        self.take(letter)

    def take(self, letter: str) -> None:
        """This letter from now on; "": there is no other process. Raises ValueError where it is none."""
        if letter not in ("", *LETTERS):
            raise ValueError(f"RNNLAB_ROOMS is {letter!r}: use one of {LETTERS}, another for each process")
        self.letter = letter

    def open(self) -> Room:
        """A new room, with its code and the secret of its teacher. Raises LabError where there are too many."""
        with self.lock:
            self.drop_ended()
            if len(self.rooms) >= ROOMS:
                raise LabError(Problem("rooms_many", "", {"limit": ROOMS}))
            code = self.unused_code()
            self.rooms[code] = Room(code, secrets.token_urlsafe(16), self.clock())
            return self.rooms[code]

    def is_elsewhere(self, code: str) -> bool:
        """Whether a room of this code, if there is one, is in another process."""
        code = normal(code)
        return bool(self.letter) and len(code) == LENGTH and {*code} <= {*LETTERS} and code[0] != self.letter

    def find(self, code: str) -> Room:
        """Raises LabError where there is no such room, or none any more."""
        with self.lock:
            return self.there(code)

    def join(self, code: str, pupil: str) -> Room:
        return self.change(code, lambda room: joined(room, pupil, self.clock()))

    def teach(self, code: str, teacher: str, change: Callable[[Room], Room] = lambda room: room) -> Room:
        """What the room's teacher changes; his page says by this that he is there. Raises LabError for anybody else."""

        def checked(room: Room) -> Room:
            if not secrets.compare_digest(room.teacher.encode(), teacher.encode()):
                raise LabError(Problem("room_teacher"))
            return replace(change(room), heard=self.clock())

        return self.change(code, checked)

    def change(self, code: str, change: Callable[[Room], Room]) -> Room:
        with self.lock:
            room = change(self.there(code))
            self.rooms[room.code] = room
            return room

    def close(self, code: str, teacher: str) -> None:
        self.teach(code, teacher)
        with self.lock:
            self.rooms.pop(normal(code), None)

    def there(self, code: str) -> Room:
        self.drop_ended()
        room = self.rooms.get(normal(code))
        if room is None:
            raise LabError(Problem("room_none", "", {"value": shorten(code)}))
        return room

    def drop_ended(self) -> None:
        now = self.clock()
        self.rooms = {code: room for code, room in self.rooms.items() if not room.ended(now)}

    def unused_code(self) -> str:
        while True:
            code = self.letter + "".join(secrets.choice(LETTERS) for _ in range(LENGTH - len(self.letter)))
            if code not in self.rooms:
                return code


def normal(code: str) -> str:
    """However it was typed."""
    return code.strip().upper()
