"""Celery: a business row and then a task, confirmed; the worker acknowledges after its own row is committed.

It has no outbox: a crash between the row and the task loses the task. That is less work than ours does.
"""

import os
import sys
import threading
from typing import Any

import psycopg
from celery import Celery
from celery.signals import worker_process_init, worker_ready
from kombu.entity import Queue

from bench.process import CONCURRENT
from bench.writer import PADDING
from shared.collector import collect_rarely
from shared.ids import new_id

_INSERT = "INSERT INTO entry (entry, number, at) VALUES (%s, %s, now())"

app = Celery("bench", broker=os.environ["BENCH_AMQP_URL"].rstrip("/") + "//")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_queues=[Queue("celery_entries", queue_arguments={"x-queue-type": "quorum"})],
    task_default_queue="celery_entries",
    task_default_delivery_mode="persistent",
    broker_transport_options={"confirm_publish": True},
    broker_pool_limit=CONCURRENT,
    worker_prefetch_multiplier=32,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
)

_connection: list[Any] = []


@worker_process_init.connect
def _connect(**_: Any) -> None:
    _connection[:] = [psycopg.connect(os.environ["BENCH_DATABASE_URL"], autocommit=True)]


@worker_ready.connect
def _say_ready(**_: Any) -> None:
    print("ready", flush=True)


@app.task(name="entry")
def entry(entry_id: str, number: int, padding: str) -> None:
    """One business row, committed before the acknowledgement."""
    _connection[0].execute(_INSERT, (entry_id, number))


def write_many(count: int) -> None:
    """So many transactions, each followed by its task, in as many threads as ours has transactions at a time."""

    def some(numbers: range) -> None:
        with psycopg.connect(os.environ["BENCH_DATABASE_URL"], autocommit=True) as connection:
            for number in numbers:
                entry_id = str(new_id())
                connection.execute(_INSERT, (entry_id, number))
                entry.delay(entry_id, number, PADDING)

    print("ready", flush=True)
    sys.stdin.readline()
    threads = [threading.Thread(target=some, args=(range(part, count, CONCURRENT),)) for part in range(CONCURRENT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("written", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    collect_rarely()
    if sys.argv[1] == "write":
        write_many(int(sys.argv[2]))
    else:
        app.worker_main(["worker", "--pool=prefork", "--concurrency=4", "--loglevel=ERROR", "--without-gossip",
                         "--without-mingle", "--without-heartbeat"])  # fmt: skip
