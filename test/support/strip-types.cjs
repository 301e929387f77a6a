const { createHash } = require('node:crypto');
const { stripTypeScriptTypes } = require('node:module');

/** Jest's transform for TypeScript: what Node does itself when it runs the server. */
module.exports = {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
  getCacheKey: (source, path, { configString }) =>
    createHash('sha256').update([source, path, configString, process.version].join('\0')).digest('hex'),
};
