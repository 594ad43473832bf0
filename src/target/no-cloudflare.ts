// pg asks on its first import whether it runs at Cloudflare: by the name of the navigator, or where there is none (Node 20) by building
// a Response, for which all of fetch is loaded, 20 ms in every thread. So Node 20 gets the name that a newer Node gives itself.
// To be imported before pg.
if (!('navigator' in globalThis))
  Object.defineProperty(globalThis, 'navigator', {
    value: { userAgent: `Node.js/${process.versions.node.replace(/\..*/, '')}` },
    configurable: true,
    writable: true,
  });
