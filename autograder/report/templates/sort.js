// Tables sort by the heading that is pressed; a link to a page opens it. Without this script all can be read as it is.
for (const table of document.querySelectorAll("table.rp-sort")) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const falling = heading.getAttribute("aria-sort") !== "descending";
      for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const value = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
      const compare = (a, b) => (a !== "" && b !== "" && !isNaN(a) && !isNaN(b) ? a - b : a.localeCompare(b));
      body.append(...[...body.rows].sort((a, b) => compare(value(a), value(b)) * (falling ? -1 : 1)));
    });
  });
}
const open = () => {
  const there = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = there; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  if (there) there.scrollIntoView();
};
addEventListener("hashchange", open);
open();
