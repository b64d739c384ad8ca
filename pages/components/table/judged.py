from pages.components.component import component

judged = component(__file__, "judged")
