# One image for web, worker, beat and migrate; docker-compose.yml says which command each runs.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ONESTOP_DATA_DIR=/data \
    STATIC_ROOT=/app/staticfiles

WORKDIR /app

# Requirements first: the layer is made again only when they change.
COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

# Text in scans; without them everything else works.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ocrmypdf tesseract-ocr tesseract-ocr-vie \
    && rm -rf /var/lib/apt/lists/*

# An account without a shell; it may write to /data and nowhere else.
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin onestop \
    && install --directory --owner=onestop --group=onestop /data

COPY . .

# Neither command connects anywhere, and the key is thrown away with this layer's shell.
RUN export SECRET_KEY=only-for-this-build DATABASE_URL=postgres://build@build/build REDIS_URL=redis://build:6379/0 \
    && python manage.py compile_translations \
    && python manage.py collectstatic --noinput

USER onestop
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "onestop.wsgi:application"]
