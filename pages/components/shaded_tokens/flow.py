from pages.components.component import component

flow = component(__file__, "flow")
