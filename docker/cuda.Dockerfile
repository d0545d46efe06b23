# docker build -f docker/cuda.Dockerfile -t realtime-nst:cuda .
# docker run --rm --gpus all -v "$PWD:/data" realtime-nst:cuda video in.mp4 out.mp4 --style great-wave
# CUDA 13 and cuDNN come as wheels; the host needs a driver R580 or newer and the NVIDIA Container Toolkit.
FROM python:3.13-slim AS build
COPY . /source
RUN python -m venv /opt/realtime-nst \
    && /opt/realtime-nst/bin/pip install --no-cache-dir "/source[server-gpu]"

FROM python:3.13-slim
COPY --from=build /opt/realtime-nst /opt/realtime-nst
# --user "$(id -u)" makes results belong to you; the cache is writable for every user.
RUN useradd --create-home nst && mkdir -m 1777 /cache && install -d -o nst /data
ENV PATH=/opt/realtime-nst/bin:$PATH XDG_CACHE_HOME=/cache ORT_DISABLE_TELEMETRY=1
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility,video
USER nst
WORKDIR /data
ENTRYPOINT ["realtime-nst"]
