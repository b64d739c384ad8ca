"""Who counts as one reader."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab.hosting.readers import Readers, address_of

SCHOOL, HOME = "203.0.113.7", "198.51.100.2"


def test_two_hundred_tabs_of_a_browser_are_one_reader_wherever_it_goes():
    readers = Readers()
    tabs = [readers.find("his", SCHOOL) for _ in range(200)]
    assert {*tabs, readers.find("his", HOME)} == {tabs[0]}
    assert readers.find("hers", SCHOOL) is not tabs[0]


def test_a_class_is_as_many_readers_as_it_has_browsers():
    readers = Readers()
    pupils = [readers.find(f"pupil {number}", SCHOOL) for number in range(30)]
    assert len({*pupils}) == 30


def test_who_keeps_no_cookie_is_known_by_the_address_and_is_not_who_keeps_one():
    readers = Readers()
    assert readers.find("", SCHOOL) is (first := readers.find("", SCHOOL))
    assert len({first, readers.find("", HOME), readers.find("a", SCHOOL)}) == 3


@given(st.lists(st.tuples(st.sampled_from([SCHOOL, HOME, ""]), st.integers(0, 30)), max_size=60))
def test_an_address_has_only_so_many_readers_and_a_browser_is_always_the_same(visits):
    readers, here = Readers(at_address=5), {}
    for address, cookie in visits:
        found = readers.find(f"{address} {cookie}", address)
        assert here.setdefault((address, cookie), found) is found
    for address in (SCHOOL, HOME):
        browsers = [found for (at, _), found in here.items() if at == address]
        assert len({*browsers}) == min(5, len(browsers))
    assert len({found for (at, _), found in here.items() if at == ""}) == sum(at == "" for at, _ in here)


def test_who_has_left_takes_no_place():
    readers = Readers(at_address=2)
    one, _two = readers.find("one", SCHOOL), readers.find("two", SCHOOL)
    assert readers.find("three", SCHOOL) in (one, _two)
    del one
    gc.collect()
    assert readers.find("three", SCHOOL) is not _two


@pytest.mark.parametrize(
    ("host", "forwarded", "address"),
    [
        ("203.0.113.7", False, "203.0.113.7"),
        ("::ffff:203.0.113.7", False, "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", True, "2001:db8:1:2::/64"),
        ("127.0.0.1", False, ""),
        ("::ffff:127.0.0.1", False, ""),
        ("::1", False, ""),
        (None, False, ""),
        ("127.0.0.1", True, "127.0.0.1"),
        ("not an address", False, "not an address"),
    ],
)
def test_an_address_is_that_of_one_line(host, forwarded, address):
    assert address_of(host, forwarded) == address
