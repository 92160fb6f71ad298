// Asks the person's device for a passkey where a form needs one, and sends its answer with the form.
"use strict";

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join(""))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const SAID = {
    NotAllowedError: "Nothing was confirmed: it was called off, or took too long. Try again.",
    InvalidStateError: "This device holds a passkey of yours for this console already.",
    SecurityError: "Your browser does not accept passkeys at this address. Open the console at the address your operator gave you.",
  };

  const asked = async (form) => {
    const fields = new URLSearchParams({ csrf: form.elements.csrf.value, purpose: form.dataset.passkey });
    const answer = await fetch(form.dataset.ask, { method: "POST", body: fields, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    return told;
  };

  const made = async (options) => {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    };
    const { response, ...rest } = fields(await navigator.credentials.create({ publicKey }));
    const transports = response.getTransports ? response.getTransports() : [];
    return { ...rest, response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject), transports } };
  };

  const shown = async (options) => {
    const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) };
    const { response, ...rest } = fields(await navigator.credentials.get({ publicKey }));
    const userHandle = response.userHandle ? text(response.userHandle) : null;
    const signed = { authenticatorData: text(response.authenticatorData), signature: text(response.signature), userHandle };
    return { ...rest, response: { clientDataJSON: text(response.clientDataJSON), ...signed } };
  };

  const fields = (credential) => ({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response: credential.response,
  });

  const say = (form, sentence) => {
    const place = form.querySelector("[data-said]");
    place.textContent = sentence;
    place.className = "bad";
    place.hidden = !sentence;
  };

  const send = async (form) => {
    const button = form.querySelector("button");
    button.disabled = true;
    say(form, "");
    try {
      const options = await asked(form);
      const answer = form.dataset.passkey === "add" ? await made(options) : await shown(options);
      form.elements.answer.value = JSON.stringify(answer);
      form.submit();
    } catch (problem) {
      const sentence = SAID[problem.name] || problem.message || "The device gave no answer. Try again.";
      say(form, sentence.charAt(0).toUpperCase() + sentence.slice(1));
      button.disabled = false;
      button.focus();
    }
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    if (!window.PublicKeyCredential) {
      say(form, "This browser, or this address, cannot use passkeys.");
      continue;
    }
    if (form.dataset.origin !== location.origin) {
      say(form, `Passkeys answer ${form.dataset.origin} alone. Open the console there.`);
      continue;
    }
    say(form, "");
    button.disabled = false;
    if (button.hasAttribute("autofocus")) button.focus();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
})();
