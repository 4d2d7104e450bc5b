// Draws what mermaid's language describes as an SVG that looks the same wherever it is shown: on a ground of its own,
// with SVG's own text, and with attributes in place of styles, which GitHub and other viewers may leave out.
const FONTS = "Arial, Helvetica, 'Liberation Sans', Arimo, sans-serif"; // as wide as Arimo, by which it is laid out
const MARGIN = 8;
const LOOK = [
  "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "opacity",
  "font-family", "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline",
];
const NO_USE = /^(class|style|name|alignment-baseline|data-.*|aria-roledescription)$/;
const EMPTY = "g:empty, defs:empty, text:empty, tspan:empty, rect:not([width])";
const LONG_NUMBER = /-?\d+\.\d{2,}(e-?\d+)?/g;

mermaid.initialize({
  startOnLoad: false, theme: "default", fontFamily: "Arimo", handDrawnSeed: 1, deterministicIds: true,
  htmlLabels: false,
  flowchart: { htmlLabels: false, wrappingWidth: 300, nodeSpacing: 25, rankSpacing: 30, padding: 12 },
  sequence: {
    mirrorActors: false, width: 110, height: 40, actorMargin: 30, boxMargin: 8, noteMargin: 8, messageMargin: 30,
  },
  themeCSS: ".edgeLabel .background { fill: #e8e8e8; opacity: 1; }", // no arrow shines through its label
});

async function drawing(text, mark) {
  await document.fonts.load("16px Arimo");
  const place = document.createElement("div");
  document.body.append(place);
  place.innerHTML = (await mermaid.render(`d${mark}`, text.replace(/<.?small>/g, ""))).svg;
  const svg = place.firstElementChild;
  putLookIntoAttributes(svg);
  putOnGround(svg);
  svg.setAttribute("data-drawn-from", mark);
  place.remove();
  return new XMLSerializer().serializeToString(svg).replace(/>(?=<(?!\/|tspan))/g, ">\n") + "\n";
}

function putLookIntoAttributes(svg) {
  const all = [svg, ...svg.querySelectorAll(":not(style)")].map((it) => [it, lookOf(it)]);
  svg.querySelectorAll("style").forEach((it) => it.remove());
  const used = new Set(Array.from(svg.outerHTML.matchAll(/(?:url\(#|href="#|edby=")([^")]+)/g), (it) => it[1]));
  for (const [it] of all) {
    for (const { name } of [...it.attributes]) {
      if (LOOK.includes(name) || NO_USE.test(name) || (name === "id" && !used.has(it.id))) it.removeAttribute(name);
    }
  }
  svg.querySelectorAll("defs > :not([id]), marker:not([id])").forEach((it) => it.remove());
  for (const [it, look] of all.filter(([it]) => svg.contains(it))) {
    for (const { name, value } of [...it.attributes]) {
      it.setAttribute(name, value.replace(LONG_NUMBER, (number) => Number(number).toFixed(1).replace(".0", "")));
    }
    const inherited = it === svg ? {} : lookOf(it); // and nothing from the page that it is part of
    setAll(it, Object.fromEntries(Object.entries(look).filter(([name, value]) => inherited[name] !== value)));
  }
  for (let empty; (empty = svg.querySelector(EMPTY)); ) empty.remove();
}

function lookOf(element) {
  const computed = getComputedStyle(element);
  return Object.fromEntries(LOOK.map((name) => [name, computed.getPropertyValue(name)]));
}

function putOnGround(svg) {
  const { x, y, width, height } = svg.viewBox.baseVal;
  const corner = [x, y].map((it) => Math.floor(it) - MARGIN);
  const size = [width, height].map((it) => Math.ceil(it) + 2 * MARGIN);
  const ground = document.createElementNS(svg.namespaceURI, "rect");
  const box = { width: size[0], height: size[1] };
  setAll(ground, { x: corner[0], y: corner[1], ...box, fill: "#ffffff" });
  setAll(svg, { ...box, viewBox: [...corner, ...size].join(" "), role: "img", "font-family": FONTS });
  svg.querySelector("desc").after(ground);
}

function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
