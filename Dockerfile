# The whole course on any system that runs containers; docs/systems.md says how to start it.
FROM python:3.11-slim-bookworm AS system
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap git make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --shell /bin/bash amal
USER amal

FROM system AS course
WORKDIR /home/amal/course
COPY --chown=amal . .
RUN make .venv/installed
ENV PATH="/home/amal/course/.venv/bin:$PATH"
CMD ["make", "demo"]
