"""How many examples hypothesis tries: all of them in the thorough run, a share in the quick one."""

from hypothesis import settings


def examples(thorough: int) -> settings:
    quick = settings.get_current_profile_name() == "quick"
    return settings(max_examples=max(thorough // 5, 5) if quick else thorough)
