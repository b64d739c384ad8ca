"""What a browser part costs on its way: its script and style are served once, and don't travel with what changes."""

import pytest

from pages.components import component
from pages.components.assets import digest
from tests.support.reader import visit

pytestmark = pytest.mark.usefixtures("in_this_process")


def test_an_update_carries_neither_script_nor_style():
    sent = [node.proto for node in visit("epochs=5").get("bidi_component")]
    assert {part.component_name for part in sent} >= {"rnnlab_curves", "rnnlab_token_strip", "rnnlab_epoch_scrubber"}
    for part in sent:
        assert not part.css_content
        assert 0 < len(part.js_content.encode()) < 400
        assert part.js_content.count("import(") == 1


@pytest.mark.parametrize("change", [("a.js", b"2"), ("b.js", b"1"), ("a.css", b"")], ids=["script", "name", "sheet"])
def test_the_address_changes_with_any_file(change):
    files = {"a.js": b"1", "a.css": b"1"}
    assert digest(files | dict([change])) != digest(files)


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match=r"pages/components/nowhere\.js"):
        component.component(component.__file__, "nowhere")
