// A control is called what it says: the theme gives these another name for those who hear the page.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".search-button-field, details.hide > summary").forEach((control) => {
    control.removeAttribute("aria-label");
  });
});
