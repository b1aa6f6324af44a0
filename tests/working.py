"""The worker's jobs, done by a thread of their own: in that of the tests a browser may keep an event loop running."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from rems.jobs import worker


def work(app: Flask, address: str) -> None:
    """Run the jobs that wait now. Raises what the worker raises."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(worker.work, app, address, until_idle=True).result()
