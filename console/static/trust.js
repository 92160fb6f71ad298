// The one Trusted Types policy: what text a script may turn into markup, and which scripts may be loaded.
// Three kinds pass: Leaflet's own fixed strings, pages of this console that htmx puts in place (cleaned here), and vendored files.
"use strict";

(() => {
  if (!window.trustedTypes) return;
  const FIXED = new Set([
    "<svg/>",
    '<v:shape adj="1"/>',
    '<span aria-hidden="true">+</span>',
    '<span aria-hidden="true">&#x2212;</span>',
  ]);
  const BARRED = "script, style, iframe, frame, object, embed, base, meta, link, template, foreignObject, math";
  const ADDRESSES = new Set(["href", "xlink:href", "src", "action", "formaction", "poster", "data", "ping"]);
  let reading = false;

  const clean = (markup) => {
    reading = true;
    let page;
    try {
      page = new DOMParser().parseFromString(markup, "text/html");
    } finally {
      reading = false;
    }
    for (const one of page.querySelectorAll(BARRED)) one.remove();
    for (const one of page.querySelectorAll("*")) {
      for (const { name, value } of [...one.attributes]) {
        const here = /^(?:[#?]|\/(?!\/))/.test(value);
        if (/^on|^style$|^srcdoc$|^srcset$|^hx-on/i.test(name) || (ADDRESSES.has(name.toLowerCase()) && !here)) {
          one.removeAttribute(name);
        }
      }
    }
    return page.documentElement.outerHTML;
  };

  window.trustedTypes.createPolicy("default", {
    createHTML(markup) {
      if (reading || markup === "" || FIXED.has(markup)) return markup;
      if (/<(?:html|body|main)[\s>]/i.test(markup)) return clean(markup);
      throw new TypeError("markup that is not this console's");
    },
    createScriptURL(address) {
      if (/^\/static\/vendor\/[a-z-]+(?:\.[a-z]+)*\.js$/.test(address)) return address;
      throw new TypeError("a script that is not this console's");
    },
  });
})();
