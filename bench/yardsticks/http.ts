/** What Node takes for a request that needs no work. */
import { document } from './document.ts';
import { listen } from './listen.ts';

const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(document) };

listen((_request, response) => {
  response.writeHead(200, headers).end(document);
});
