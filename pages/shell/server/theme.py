"""What the theme is, Streamlit reads out of all its options anew for each draw, six times: half a millisecond of the
thread that hears all browsers. It is the same as long as the process lives."""

from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def install() -> None:
    """Once a process, before the first session."""
    populate = app_session._populate_theme_msg

    @cache
    def theme_of(section: str) -> CustomThemeConfig:
        theme = CustomThemeConfig()
        populate(theme, section)
        return theme

    def populate_from_what_is_known(msg: CustomThemeConfig, section: str = "theme") -> None:
        msg.MergeFrom(theme_of(section))

    app_session._populate_theme_msg = populate_from_what_is_known
