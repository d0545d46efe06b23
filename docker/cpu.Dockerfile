# docker build -f docker/cpu.Dockerfile -t realtime-nst .
# docker run --rm -v "$PWD:/data" realtime-nst video in.mp4 out.mp4 --style great-wave
FROM python:3.13-slim AS build
COPY . /source
RUN python -m venv /opt/realtime-nst \
    && /opt/realtime-nst/bin/pip install --no-cache-dir "/source[server,openvino]"

FROM python:3.13-slim
COPY --from=build /opt/realtime-nst /opt/realtime-nst
# --user "$(id -u)" makes results belong to you; the cache is writable for every user.
RUN useradd --create-home nst && mkdir -m 1777 /cache && install -d -o nst /data
ENV PATH=/opt/realtime-nst/bin:$PATH XDG_CACHE_HOME=/cache ORT_DISABLE_TELEMETRY=1
USER nst
WORKDIR /data
ENTRYPOINT ["realtime-nst"]
