"use strict";
// Keeps the shell of /field/ and nothing else: no answer that names anybody is ever put into the cache.
const CACHE = "yiyang-field-{{ version }}";
const FILES = {{ files|safe }};
const SHELL = new Set(FILES);

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("yiyang-field-") && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !SHELL.has(url.pathname)) return;
  event.respondWith(caches.match(url.pathname, { cacheName: CACHE }).then((kept) => kept || fetch(event.request)));
});
