"""Follows a shop's events with nothing but a Kafka client in pure Python. Python 3.9 or newer.

    pip install kafka-python lz4
    python3 watch_events.py BOOTSTRAP [--once] [--state FILE] [--topic TOPIC]

--once ends at the topic's end of now. --state remembers the last position in a file and goes on from there next time.
"""

import argparse
import json
import os
import sys

from kafka import KafkaConsumer, TopicPartition


def handle(position, event, data):
    """Your work. Types that you don't know are to be passed by: there will be new ones."""
    print(f"{position:6}  {event['time']}  {event['type']:26} {event['mode']:4} {event['actor']}")
    print("        " + json.dumps(data, ensure_ascii=False))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("bootstrap")
    arguments.add_argument("--once", action="store_true")
    arguments.add_argument("--state")
    arguments.add_argument("--topic", default="tillstream.events")
    options = arguments.parse_args()

    # Your own progress is a position, never a Kafka offset: positions survive a topic that is made anew.
    last = None
    if options.state and os.path.exists(options.state):
        with open(options.state) as file:
            last = int(file.read())

    only = TopicPartition(options.topic, 0)
    consumer = KafkaConsumer(bootstrap_servers=options.bootstrap, enable_auto_commit=False)
    consumer.assign([only])  # one partition, read by itself: no consumer group
    consumer.seek_to_beginning(only)  # seven days at the most; what you had is dropped below
    end = consumer.end_offsets([only])[only]

    while not options.once or consumer.position(only) < end:
        records = consumer.poll(timeout_ms=1000).get(only, [])
        for record in records:
            # In CloudEvents' binary mode the attributes are the headers that begin with ce_.
            event = {name[3:]: value.decode() for name, value in record.headers if name.startswith("ce_")}
            position, previous = int(event["position"]), int(event["previousposition"])
            if last is not None and position <= last:
                continue  # a repeat: the publisher was restarted
            if last is not None and previous > last:
                sys.exit(
                    f"Events after position {last} and up to {previous} are not on the topic any more."
                    f" Read them from the store, then go on from {previous}."
                )
            if last is None and previous > 0:
                print(f"The topic begins after position {previous}", file=sys.stderr)
            handle(position, event, json.loads(record.value))
            last = position
        if records and options.state:
            # After the work, so that a crash repeats some of it and skips none.
            with open(options.state + ".next", "w") as file:
                file.write(str(last))
            os.replace(options.state + ".next", options.state)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
