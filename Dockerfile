# The lab, and Dask's scheduler and workers, which run the same files: see docs/hosting.md.
FROM python:3.11-slim-bookworm

WORKDIR /lab
COPY requirements.txt requirements-cluster.txt ./
# torch's CPU build first: PyPI's brings gigabytes of CUDA along
RUN pip install --no-cache-dir "$(grep '^torch==' requirements.txt)" --index-url https://download.pytorch.org/whl/cpu \
    && pip install --no-cache-dir -r requirements-cluster.txt
COPY app.py ./
COPY .streamlit .streamlit
COPY pages pages
COPY rnnlab rnnlab
RUN python -m compileall -q app.py pages rnnlab

# No user of any machine, and nothing is its own: it writes nowhere
USER 10001:10001
ENV HOME=/nonexistent \
    OMP_NUM_THREADS=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_BASE_URL_PATH="" \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_PORT=8501
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=3 \
    CMD python -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:${STREAMLIT_SERVER_PORT}/${STREAMLIT_SERVER_BASE_URL_PATH:+$STREAMLIT_SERVER_BASE_URL_PATH/}healthz', timeout=12)"
CMD ["streamlit", "run", "app.py"]
