# One image for all that runs: web, worker, scheduler, scheduled jobs, model server and processing. The command says which.

# The digest names the index of all platforms. Dependabot proposes the next one.
FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS base
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin audio


FROM base AS build
ENV PATH=/opt/audio-backend/bin:$PATH \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_COMPILE=1
RUN python -m venv /opt/audio-backend
WORKDIR /source

COPY requirements.lock ./
RUN pip install --no-deps --require-hashes -r requirements.lock

COPY pyproject.toml ./
COPY domain domain
COPY application application
COPY adapters adapters
COPY entrypoints entrypoints
RUN pip install --no-deps --no-build-isolation .

# Layers keep whole seconds of a file's time, and both caches compare it with the source's: hence a time without a fraction.
COPY infra/image/sitecustomize.py /opt/audio-backend/lib/python3.13/site-packages/
RUN find /opt/audio-backend/lib -name '*.py' -exec touch --date=@1577836800 {} + \
    && python -m compileall -q -j 0 /opt/audio-backend/lib

# As the user, the home and the folders that it will run with: numba then chooses the place that it will look in.
USER 10001:10001
WORKDIR /
RUN python -m adapters.audio.warm && chmod -R a+rX /tmp/audio-backend-numba-10001


FROM base
LABEL org.opencontainers.image.title="audio-backend" \
      org.opencontainers.image.description="Takes audio files in, proves what each one is, and keeps what it heard."
# The entry comes before the program of the same name: whoever names a command goes through it.
ENV PATH=/opt/entry:/opt/audio-backend/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AUDIO_HOST=0.0.0.0 \
    AUDIO_PORT=8000 \
    AUDIO_DATA_DIR=/data
RUN install --directory --owner=10001 --group=10001 --mode=700 /data
COPY --from=build /opt/audio-backend /opt/audio-backend
COPY --from=build /tmp/audio-backend-numba-10001 /opt/audio-backend/numba
COPY --chmod=755 infra/image/entry.sh /opt/entry/audio-backend

# All that is ever written to. Volumes take owner and mode from here, in Docker as in Fargate.
VOLUME ["/data", "/tmp"]
WORKDIR /data
USER 10001:10001
EXPOSE 8000 8080
STOPSIGNAL SIGTERM

# Of the web command; whoever starts another one leaves it out.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['AUDIO_PORT'] + '/healthz', timeout=4)"]

ENTRYPOINT ["audio-backend"]
CMD ["web"]
