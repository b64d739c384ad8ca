// On a phone the pages are listed in a drawer over the page. Who has chosen one wants to see it.
export function closeAfterChoice() {
  document.addEventListener("click", ({ target }) => {
    if (!target.closest?.('[data-testid="stSidebarNavLink"]')) return;
    document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  });
}
