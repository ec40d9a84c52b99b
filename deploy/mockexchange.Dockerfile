# The mock exchange alone: no vn.py, no Qt. From the repository's folder:
#   docker build -f deploy/mockexchange.Dockerfile -t mockexchange .
#   docker run --rm -e CONTROL_TOKEN=choose-one -p 127.0.0.1:8801:8801 mockexchange
ARG PYTHON=python:3.12-slim
FROM ${PYTHON} AS build
COPY . /source
RUN python3 -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /source/deploy/mockexchange.txt \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps /source \
 && /venv/bin/pip uninstall --yes setuptools pip

FROM ${PYTHON}
RUN useradd --system --no-create-home --shell /usr/sbin/nologin mock
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER mock
EXPOSE 8801
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8801/_mock/state', headers={'X-Mock-Token': os.environ['CONTROL_TOKEN']}), timeout=4)"]
# other dialects, a recorded market: give the words after the image's name, from `serve` on
ENTRYPOINT ["mockexchange"]
CMD ["serve", "binance=8801", "--host", "0.0.0.0", "--control-token", "ENV:CONTROL_TOKEN"]
