# CTA strategies in a process without a window: vn.py without Qt, pandas and plotly. From the repository's folder:
#   docker build -f deploy/trader.Dockerfile -t vnpy-trader .
#   docker run -d --name trader --init --restart on-failure --stop-timeout 30 -e BINANCE_KEY -e BINANCE_SECRET -v "$PWD/trader:/data" vnpy-trader
# The folder has what VeighNa Trader has saved, .vntrader and strategies, and belongs to user 10001 (docs/deploy.md).
ARG PYTHON=python:3.12-slim
FROM ${PYTHON} AS build
COPY . /source
# taken out again: 20 MB of C source in the wheel of TA-Lib, and pip
RUN python3 -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /source/deploy/trader.txt \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps \
        vnpy vnpy_rest vnpy_websocket vnpy_ctastrategy vnpy_sqlite /source \
 && rm /venv/lib/python3*/site-packages/talib/_ta_lib.c \
 && /venv/bin/pip uninstall --yes setuptools pip

FROM ${PYTHON}
RUN useradd --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin trader \
 && install -d -o trader -g trader /data/.vntrader /data/strategies
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONUTF8=1 LANGUAGE=en
USER trader
WORKDIR /data
VOLUME /data
# It ends by itself when it hangs or has been offline for too long, and Docker starts it again (--restart on-failure). Where it can do
# nothing any more the health check kills it: Docker itself does nothing about a container that is unhealthy.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["python3", "-m", "vnpy_rehearsal", "health", "--kill"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python3", "-m", "vnpy_rehearsal"]
CMD ["trade"]
