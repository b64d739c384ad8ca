from pages.components.component import component

saliency = component(__file__, "saliency")
