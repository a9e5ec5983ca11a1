import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Follows a shop's events with nothing but Apache Kafka's client. Java 17 or newer; docs/events.md says how to run it.
 *
 * <pre>java -cp 'lib/*' WatchEvents.java BOOTSTRAP [--once] [--state FILE] [--topic TOPIC]</pre>
 *
 * --once ends at the topic's end of now. --state remembers the last position in a file and goes on from there next time.
 */
public class WatchEvents {
    public static void main(String[] args) throws Exception {
        System.setProperty("slf4j.internal.verbosity", "ERROR"); // Kafka's client logs to nowhere here
        List<String> options = List.of(args);
        if (args.length == 0) throw new IllegalArgumentException("Where is Kafka? For example: localhost:9094");
        boolean once = options.contains("--once");
        Path state = options.contains("--state") ? Path.of(args[options.indexOf("--state") + 1]) : null;
        String topic = options.contains("--topic") ? args[options.indexOf("--topic") + 1] : "tillstream.events";

        // Your own progress is a position, never a Kafka offset: positions survive a topic that is made anew.
        long last = state != null && Files.exists(state) ? Long.parseLong(Files.readString(state).strip()) : -1;

        TopicPartition only = new TopicPartition(topic, 0);
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", args[0], "fetch.max.bytes", 64 << 20, "allow.auto.create.topics", false);
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(only)); // one partition, read by itself: no consumer group
            consumer.seekToBeginning(List.of(only)); // seven days at the most; what you had is dropped below
            long end = consumer.endOffsets(List.of(only)).get(only);
            while (!once || consumer.position(only) < end) {
                var records = consumer.poll(Duration.ofSeconds(1));
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    long position = Long.parseLong(attribute(record, "position"));
                    long previous = Long.parseLong(attribute(record, "previousposition"));
                    if (last >= 0 && position <= last) continue; // a repeat: the publisher was restarted
                    if (last >= 0 && previous > last) {
                        System.err.printf(
                                "Events after position %d and up to %d are not on the topic any more. Read them from"
                                        + " the store, then go on from %d.%n",
                                last, previous, previous);
                        System.exit(2);
                    }
                    if (last < 0 && previous > 0)
                        System.err.printf("The topic begins after position %d%n", previous);
                    handle(record, position);
                    last = position;
                }
                if (!records.isEmpty() && state != null) {
                    // After the work, so that a crash repeats some of it and skips none.
                    Path next = state.resolveSibling(state.getFileName() + ".next");
                    Files.writeString(next, Long.toString(last));
                    Files.move(next, state, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }
    }

    /** Your work. Types that you don't know are to be passed by: there will be new ones. */
    private static void handle(ConsumerRecord<byte[], byte[]> record, long position) {
        System.out.printf(
                "%6d  %s  %-26s %-4s %s%n        %s%n",
                position,
                attribute(record, "time"),
                attribute(record, "type"),
                attribute(record, "mode"),
                attribute(record, "actor"),
                new String(record.value(), StandardCharsets.UTF_8));
    }

    /** A CloudEvents attribute: in binary mode they are the headers that begin with ce_. */
    private static String attribute(ConsumerRecord<byte[], byte[]> record, String name) {
        var header = record.headers().lastHeader("ce_" + name);
        if (header == null) throw new IllegalStateException("Not an event of Tillstream: no " + name);
        return new String(header.value(), StandardCharsets.UTF_8);
    }
}
