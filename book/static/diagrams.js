// Draws what mermaid's language describes, in the colours of the page, and anew when these change.
document.addEventListener("DOMContentLoaded", () => {
  const drawings = [...document.querySelectorAll("pre.mermaid")].map((place) => [place, place.textContent]);
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  let drawn = "";

  async function draw() {
    const chosen = document.body.dataset.theme;
    const theme = chosen === "dark" || (chosen === "auto" && darkness.matches) ? "dark" : "default";
    if (theme === drawn) return;
    drawn = theme;
    mermaid.initialize({ startOnLoad: false, theme, fontFamily: "sans-serif" });
    for (const [number, [place, text]] of drawings.entries()) {
      place.innerHTML = (await mermaid.render(`diagram-${number}`, text)).svg;
    }
    document.body.dataset.drawn = theme;
  }

  draw();
  darkness.addEventListener("change", draw);
  new MutationObserver(draw).observe(document.body, { attributeFilter: ["data-theme"] });
});
