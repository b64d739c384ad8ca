// What lies over the page, and is in the way once something has been chosen in it: on a phone the list of the pages, and Share
// where a dialog follows.
export function closeAfterChoice() {
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.('[data-testid="stSidebarNavLink"]')) {
      document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
    } else if (target.closest?.(".st-key-class_link, .st-key-share_room")) {
      setTimeout(() => document.querySelector(".stMain .st-key-share button")?.click()); // once the choice is on its way
    }
  });
}
