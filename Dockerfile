# docker build -t strowger . && docker run --network host -v strowger:/var/lib/strowger strowger
# Use the host's network: SIP and RTP carry addresses inside, and a bridge would hide the ones that phones can reach.
# Without it publish SIP and every RTP port, each under its own number: -p 5060:5060/udp -p 5060:5060 -p 10000-10199:10000-10199/udp,
# and end the command with --rtp-ports 10000-10199. The console listens on the loopback of the network it is in.
FROM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY tools tools
COPY src src
COPY testing testing
COPY web web
RUN node tools/build.ts && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /opt/strowger
COPY --from=build /src/node_modules node_modules
COPY --from=build /src/dist dist
COPY package.json LICENSE NOTICE ./
COPY bin bin
COPY sounds sounds
RUN install -d -o node -g node -m 0700 /var/lib/strowger
USER node
VOLUME /var/lib/strowger
EXPOSE 5060/udp 5060/tcp 5061/tcp 8088/tcp 8089/tcp 10000-19999/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/strowger.js"]
CMD ["start", "--data", "/var/lib/strowger", "--json"]
