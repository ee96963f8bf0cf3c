// Lets the reader choose the colours.

const theme = document.getElementById("theme");
theme.hidden = false;
const chosenTheme = {
  // Pages opened from a file may have no storage.
  get() {
    try {
      return localStorage.getItem("mbgen-theme");
    } catch {
      return null;
    }
  },
  set(value) {
    try {
      localStorage.setItem("mbgen-theme", value);
    } catch {
      return;
    }
  },
};
const apply = (value) => {
  document.documentElement.style.colorScheme = value;
};
theme.addEventListener("change", (event) => {
  apply(event.target.value);
  chosenTheme.set(event.target.value);
});
const before = [...theme.querySelectorAll("input")].find((input) => input.value === chosenTheme.get());
if (before) {
  before.checked = true;
  apply(before.value);
}
