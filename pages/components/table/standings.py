from pages.components.component import component

standings = component(__file__, "standings")
