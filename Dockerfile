FROM node:24-slim

ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app

# The dependencies change more rarely than the sources, so they are a layer of their own.
COPY package.json package-lock.json ./
COPY bin ./bin
RUN npm ci --omit=dev && npm cache clean --force
COPY src ./src
COPY migrations ./migrations
COPY views ./views
# What the server shows at /docs.
COPY docs ./docs
COPY README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md ./

# What was compiled once needs neither time nor memory at the start (docs/deploy.md).
ENV NODE_COMPILE_CACHE=/app/.compiled
RUN node --input-type=module -e "await import('/app/src/start.ts')"

# For the embedded database, when there is no DATABASE_URL. The sources stay root's, so the server cannot change itself.
RUN mkdir --mode=700 data && chown node:node data
VOLUME /app/data
USER node

EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Without npm in between, so that signals reach the server.
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=100", "src/main.ts"]
