# The production image. Static files are inside; photos and the database are not.
#
#   docker build -t pupmatch .
#
# It reads the variables of .env.example and answers on port 8000, without TLS: a proxy stands in
# front. GRANIAN_* variables set the server's size.

FROM python:3.13-slim-trixie AS packages
COPY requirements.txt .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt


FROM python:3.13-slim-trixie
# The library alone: gdal-bin would bring a second Python. Version 36 is GDAL 3.10, which unlike
# older ones follows no address inside a spatial reference.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgdal36 \
    && rm -rf /var/lib/apt/lists/*
# A number that Kubernetes can prove to be no root; the homes of photos and private files belong to it.
RUN useradd --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin pupmatch \
    && install -d -o pupmatch -g pupmatch /data/media \
    && install -d -m 700 -o pupmatch -g pupmatch /data/private

WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MEDIA_ROOT=/data/media \
    PRIVATE_ROOT=/data/private \
    STATIC_ROOT=/app/static \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=4 \
    GRANIAN_WORKERS_KILL_TIMEOUT=20

# Values that only let the settings load; none of them stays in the image.
RUN SECRET_KEY=collectstatic-reads-the-settings-but-signs-nothing \
    DATABASE_URL=postgis://nobody@localhost/nothing \
    ALLOWED_HOSTS=localhost \
    APP_URL=https://localhost \
    python manage.py collectstatic --noinput

USER pupmatch
EXPOSE 8000
VOLUME /data/media /data/private

# Asked by a name that ALLOWED_HOSTS knows.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; host = os.environ.get('ALLOWED_HOSTS', '').split(',')[0].strip().lstrip('*.') or 'localhost'; u.urlopen(u.Request('http://127.0.0.1:8000/health/live', headers={'Host': host}), timeout=4)"]

CMD ["python", "-m", "pupmatch"]
