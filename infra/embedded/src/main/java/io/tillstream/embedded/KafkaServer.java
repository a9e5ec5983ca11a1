package io.tillstream.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker, its own controller too, inside this JVM. Where Kafka wants to end the process (its log folder failed), only this
 * broker counts as dead: {@link #running} says no, and {@link #start} brings up another.
 */
public final class KafkaServer implements EmbeddedServer {
    private static final Logger log = LoggerFactory.getLogger(KafkaServer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration RETENTION = Duration.ofDays(7);

    /** The largest record batch that the broker takes, in bytes. */
    public static final int MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

    private static final Set<KafkaServer> ALL = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final int port;
    private @Nullable KafkaRaftServer broker;
    private volatile boolean failed;

    private KafkaServer(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** On the wanted port, or another if it is 0 or taken. */
    public static KafkaServer start(Path folder, int wantedPort) {
        try {
            KafkaServer server = new KafkaServer(Secret.folder(folder), Ports.freeOr(wantedPort));
            server.start();
            return server;
        } catch (IOException e) {
            throw new ServerFailed("Kafka's folder " + folder + ": " + e, e);
        }
    }

    @Override
    public String name() {
        return "Kafka 4.3";
    }

    @Override
    public int port() {
        return port;
    }

    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    @Override
    public synchronized boolean running() {
        return broker != null && !failed;
    }

    @Override
    public synchronized void start() {
        if (running()) return;
        kill();
        neverEndTheProcess();
        failed = false;
        try {
            format();
            KafkaRaftServer fresh = new KafkaRaftServer(new KafkaConfig(settings()), Time.SYSTEM);
            broker = fresh;
            ALL.add(this);
            fresh.startup();
        } catch (Exception e) {
            kill();
            throw new ServerFailed("Kafka didn't start: " + e.getMessage(), e);
        }
    }

    /** Makes the topic, of one partition, unless it is there. */
    public void createTopic(String topic) {
        createTopic(bootstrap(), topic);
    }

    /** The same in a broker that is not ours. */
    public static void createTopic(String bootstrap, String topic) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            NewTopic made = new NewTopic(topic, 1, (short) 1)
                    .configs(Map.of(
                            "retention.ms",
                            Long.toString(RETENTION.toMillis()),
                            "max.message.bytes",
                            Integer.toString(MAX_MESSAGE_BYTES)));
            admin.createTopics(List.of(made)).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) return;
            throw new ServerFailed("Kafka makes no topic " + topic + ": " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new ServerFailed("Kafka makes no topic " + topic + " in " + PATIENCE.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerFailed("Interrupted while making the topic " + topic, e);
        }
    }

    @Override
    public synchronized void stop() {
        shutDown(Duration.ofSeconds(30));
    }

    /** As abruptly as a broker inside a living JVM can end; to lose its log too, delete the folder before the next start. */
    @Override
    public synchronized void kill() {
        shutDown(Duration.ofSeconds(5));
    }

    /** A broker whose log folder failed may never finish its shutdown; it is left to itself then. */
    private void shutDown(Duration limit) {
        KafkaRaftServer ending = broker;
        broker = null;
        ALL.remove(this);
        if (ending == null) return;
        Thread thread = Thread.ofPlatform().daemon().name("kafka-shutdown").start(ending::shutdown);
        try {
            if (!thread.join(limit)) log.warn("Kafka takes more than {} s to end", limit.toSeconds());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kafka doesn't say which broker wants to end, so all of this JVM's are looked upon as dead; there is one outside of tests. */
    private static void neverEndTheProcess() {
        Exit.Procedure instead = (status, message) -> {
            log.error("Kafka gives up (status {}): {}", status, message == null ? "no reason given" : message);
            ALL.forEach(server -> server.failed = true);
            throw new IllegalStateException("Kafka gave up");
        };
        Exit.setExitProcedure(instead);
        Exit.setHaltProcedure(instead);
        // Its own hook would run beside our orderly end.
        Exit.setShutdownHookAdder((_, _) -> {});
    }

    private void format() throws Exception {
        if (Files.exists(folder.resolve("meta.properties"))) return;
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(folder.toString())
                .setDirectories(List.of(folder.toString()))
                .setIgnoreFormatted(true)
                .run();
    }

    /** One small broker: few threads and buffers, no waiting for others. */
    private Properties settings() {
        int controller = Ports.free();
        Properties settings = new Properties();
        settings.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.quorum.voters", "1@127.0.0.1:" + controller),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller),
                Map.entry("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("log.dirs", folder.toString()),
                Map.entry("auto.create.topics.enable", "false"),
                Map.entry("num.partitions", "1"),
                Map.entry("default.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("transaction.state.log.num.partitions", "1"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("share.coordinator.state.topic.num.partitions", "1"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("message.max.bytes", Integer.toString(MAX_MESSAGE_BYTES)),
                Map.entry("replica.fetch.max.bytes", Integer.toString(MAX_MESSAGE_BYTES)),
                Map.entry("log.retention.ms", Long.toString(RETENTION.toMillis())),
                Map.entry("log.segment.bytes", Integer.toString(64 * 1024 * 1024)),
                Map.entry("log.index.size.max.bytes", Integer.toString(1024 * 1024)),
                Map.entry("log.cleaner.dedupe.buffer.size", Integer.toString(2 * 1024 * 1024)),
                Map.entry("log.cleaner.io.buffer.size", Integer.toString(256 * 1024)),
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "2"),
                Map.entry("background.threads", "2"),
                Map.entry("num.recovery.threads.per.data.dir", "1"),
                Map.entry("group.coordinator.threads", "1"),
                Map.entry("share.coordinator.threads", "1"),
                Map.entry("initial.broker.registration.timeout.ms", "60000"),
                // A killed broker is let in again when its session is over.
                Map.entry("broker.heartbeat.interval.ms", "400"),
                Map.entry("broker.session.timeout.ms", "4000"),
                Map.entry("controller.quorum.election.timeout.ms", "300"),
                Map.entry("controller.quorum.election.backoff.max.ms", "100")));
        return settings;
    }
}
