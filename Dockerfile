# A server of the lab: docker build -t openpit . (docs/deploy.md says how to start it)
FROM python:3.11-slim
WORKDIR /lab
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN useradd --system lab && chown lab /lab
USER lab
ENV OTREE_PRODUCTION=1 OTREE_AUTH_LEVEL=STUDY PORT=8000
EXPOSE 8000
HEALTHCHECK CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/openpit/health')"
CMD ["otree", "prodserver1of2"]
