// Turns drawn figures into ones to move about in, when asked to. Everything they show stands in the page without this file.
"use strict";

(() => {
  const loaded = new Map();
  const load = (name) => {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((done, failed) => {
        const one = document.createElement("script");
        one.src = `/static/vendor/${name}`;
        one.onload = done;
        one.onerror = () => failed(new Error(name));
        document.head.append(one);
      }));
    }
    return loaded.get(name);
  };
  const dress = (address, id = "") => {
    if (document.querySelector(`link[href="${address}"]`)) return;
    const one = document.createElement("link");
    Object.assign(one, { rel: "stylesheet", href: address, id });
    document.head.append(one);
  };
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const shapes = async (name) => (await fetch(`/static/vendor/${name}`)).json();
  const words = (text) => document.createTextNode(text);

  const drawMap = async (frame, stays) => {
    dress("/static/vendor/leaflet.css");
    await Promise.all([load("leaflet.js"), load("topojson-client.min.js")]);
    const [world, states] = await Promise.all([shapes("countries-110m.json"), shapes("states-10m.json")]);
    const map = L.map(frame, { attributionControl: false, worldCopyJump: true, minZoom: 1, maxZoom: 9 });
    const points = stays.map((one) => [one.latitude, one.longitude]);
    map.fitBounds(points, { padding: [40, 40], maxZoom: 7 }); // before anything is drawn on it
    const land = { color: colour("--line"), weight: 1, fillColor: colour("--card"), fillOpacity: 1, interactive: false };
    L.geoJSON(topojson.feature(world, world.objects.countries), { style: land }).addTo(map);
    L.geoJSON(topojson.feature(states, states.objects.states), { style: land }).addTo(map);
    L.polyline(points, { color: colour("--accent"), weight: 2, opacity: 0.65 }).addTo(map);
    for (const one of stays) {
      const label = document.createElement("span");
      label.append(words(one.told));
      L.circleMarker([one.latitude, one.longitude], {
        radius: one.radius, color: colour("--card"), weight: 1.5, fillColor: colour("--accent"), fillOpacity: 0.9,
      }).bindTooltip(label).addTo(map);
    }
  };

  // The picture says where each node stands and what is told of it; `held` and `edges` count its nodes in their order.
  const nodesOf = (drawn, { ads, held }) => [...drawn.querySelectorAll("circle, rect")].map((one, number) => {
    const size = (name) => Number(one.getAttribute(name));
    const kind = one.getAttribute("class").slice("n-".length);
    const radius = size("r") || size("width") / 2;
    const below = (one.closest("a") || one).nextElementSibling;
    return {
      data: {
        id: `n${number}`, kind, radius, told: one.querySelector("title").textContent,
        label: below && below.tagName === "text" ? below.textContent : "", ads: held[number].map((ad) => ads[ad]),
      },
      position: kind === "ad" ? { x: size("cx"), y: size("cy") } : { x: size("x") + radius, y: size("y") + radius },
    };
  });

  const drawGraph = async (frame, value, told, _unit, drawn) => {
    // The library asks for its style under this name and writes one into the page where it finds none, which the policy forbids.
    dress("/static/graph.css", "__________cytoscape_stylesheet");
    await load("cytoscape.min.js");
    const ink = colour("--ink");
    const kinds = { ad: "--accent", hub: "--warn", text: "--d-web", url: "--d-web", email: "--d-web", handle: "--d-web" };
    const forms = { ad: "ellipse", hub: "diamond" };
    const fill = (node) => colour(kinds[node.data("kind")] || "--d-contact");
    const nodes = nodesOf(drawn, value);
    const edges = value.edges.map(([ads, key]) => {
      const [one, other] = [nodes[ads].data, nodes[key].data];
      return { data: { source: one.id, target: other.id, joins: other.kind !== "hub", told: `${one.told} · ${other.told}` } };
    });
    const picture = cytoscape({
      container: frame,
      layout: { name: "preset", fit: true, padding: 24 },
      minZoom: 0.3,
      maxZoom: 5,
      elements: [...nodes, ...edges],
      style: [
        { selector: "node", style: {
          width: (node) => 2 * node.data("radius"), height: (node) => 2 * node.data("radius"),
          shape: (node) => forms[node.data("kind")] || "round-rectangle",
          "background-color": fill, label: "data(label)", color: ink, "font-size": 11, "text-valign": "bottom",
          "text-margin-y": 3, "font-family": "system-ui, sans-serif", "min-zoomed-font-size": 7,
        } },
        { selector: "edge", style: {
          width: 1.3, "line-color": colour("--soft"), opacity: 0.55, "curve-style": "straight",
          "line-style": (edge) => (edge.data("joins") ? "solid" : "dashed"),
        } },
        { selector: ":selected", style: { "border-width": 3, "border-color": ink, "line-color": ink, opacity: 1, width: 3 } },
        { selector: "node:selected", style: { width: (node) => 2 * node.data("radius") + 4 } },
      ],
    });
    picture.on("select", "node, edge", (event) => {
      const one = event.target.data();
      told.replaceChildren(words(one.told));
      for (const ad of one.kind ? one.ads : []) {
        const link = document.createElement("a");
        link.href = `/ad?id=${encodeURIComponent(ad)}`;
        link.append(words(ad));
        told.append(words(" · "), link);
      }
    });
  };

  const drawChart = async (frame, [times, values], told, unit) => {
    dress("/static/vendor/uplot.min.css");
    await load("uplot.min.js");
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
    new uPlot({
      width: frame.clientWidth,
      height: 220,
      legend: { show: true },
      scales: { x: { time: true } },
      axes: [axis, axis],
      series: [{}, {
        label: unit, stroke: colour("--accent"), paths: () => null,
        points: { show: true, size: 8, fill: colour("--accent") },
      }],
    }, [times, values], frame);
  };

  const DRAW = { map: drawMap, graph: drawGraph, chart: drawChart };

  const offer = (root) => {
    for (const figure of root.querySelectorAll("figure[data-figure]:not([data-offered])")) {
      figure.dataset.offered = "";
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet explore";
      button.append(words(figure.dataset.ask || "Explore"));
      const told = document.createElement("p");
      told.className = "told soft";
      told.setAttribute("aria-live", "polite");
      button.addEventListener("click", async () => {
        const frame = document.createElement("div");
        frame.className = `live live-${figure.dataset.figure}`;
        const drawn = figure.querySelector("svg");
        drawn.replaceWith(frame);
        button.remove();
        try {
          await DRAW[figure.dataset.figure](frame, JSON.parse(figure.dataset.value), told, figure.dataset.unit || "", drawn);
        } catch (problem) {
          console.warn(problem.message);
          frame.replaceWith(drawn);
          told.replaceChildren(words("This could not be drawn; the figure above shows the same."));
        }
      });
      figure.append(button, told);
    }
  };

  document.addEventListener("DOMContentLoaded", () => offer(document));
  document.addEventListener("htmx:afterSettle", () => offer(document));
})();
