// The presets as cards, by topic. Their pictures are asked of the server when the cards come near the screen.
//
// Takes topics [{title, cards: [{preset, title, shows, place, time}]}], here (the preset that is open), lang, labels {here}.
// Gives `chosen` {preset}.
import { element, setText, styleSheet } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";
import { drawPicture } from "./preset_picture.js";

await styleSheet(import.meta.url);

const SERVER = new URL("../../../../", import.meta.url); // this module lies in assets/<digest>/components/preset_cards
const NEAR = "600px"; // to the screen

export default component("rl-presets", {
  build(self) {
    self.cards = new Map(); // by preset
    self.root.addEventListener("click", ({ target }) => {
      const card = target.closest(".rl-card");
      if (!card) return;
      self.setTriggerValue("chosen", { preset: card.dataset.preset });
      card.closest(".stMain")?.scrollTo({ top: 0 }); // where the preset is, if it opens on this page
    });
    self.resized = new ResizeObserver(() => draw(self));
    self.resized.observe(self.root);
    self.observer = new IntersectionObserver(
      ([{ isIntersecting }]) => {
        self.near = isIntersecting;
        fetchPictures(self);
      },
      { rootMargin: NEAR },
    );
    self.observer.observe(self.root);
  },

  update(self) {
    const { topics, here, labels } = self.data;
    const content = JSON.stringify(topics);
    if (self.content !== content) {
      self.content = content;
      self.cards.clear();
      self.root.replaceChildren(...topics.map((topic) => section(self, topic)));
    }
    for (const [preset, { node, place }] of self.cards) {
      node.toggleAttribute("aria-current", preset === here);
      setText(place, preset === here ? labels.here : place.dataset.text);
    }
    fetchPictures(self);
    draw(self);
  },

  leave(self) {
    self.observer.disconnect();
    self.resized.disconnect();
  },
});

function section(self, { title, cards }) {
  const node = element("section");
  const list = element("div", "rl-cards");
  list.append(...cards.map((card) => cardNode(self, card)));
  node.append(element("h3", "", title), list);
  return node;
}

function cardNode(self, { preset, title, shows, place, time }) {
  const node = element("button", "rl-card", null, { type: "button", "data-preset": preset });
  const canvas = element("canvas", "", null, { "aria-hidden": "true" });
  const foot = element("small");
  const where = element("span", "", place, { "data-text": place });
  foot.append(where, element("span", "", time));
  node.append(canvas, element("strong", "", title), element("span", "", shows), foot);
  self.cards.set(preset, { node, canvas, place: where });
  return node;
}

// A server that is busy, or a network that is away: the cards say all they have to say without pictures, and ask again
// when the page is drawn anew.
async function fetchPictures(self) {
  const { lang } = self.data;
  if (!self.near || self.fetched === lang) return;
  self.fetched = lang;
  try {
    const answer = await fetch(new URL(`presets/${lang}.json`, SERVER));
    if (!answer.ok) throw new Error(answer.statusText);
    const pictures = await answer.json();
    if (self.data.lang === lang) self.pictures = pictures;
  } catch {
    self.fetched = null;
  }
  draw(self);
}

function draw(self) {
  for (const [preset, { canvas }] of self.cards) {
    if (self.pictures?.[preset]) drawPicture(canvas, self.pictures[preset], self.root);
  }
}
