package io.tillstream.query.platform;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tillstream.embedded.Ports;
import io.tillstream.embedded.Servers;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.Document;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.mongodb.MongoDBContainer;

/** The servers that every query must be right on. Those that aren't here are skipped, and the report says so. */
public enum ReadStoreServer {
    EMBEDDED {
        @Override
        String start() {
            return Servers.temporary().mongo().uri();
        }
    },
    /** A second implementation, given as the path of {@code secantusd-py} in {@code TILLSTREAM_SECANTUSD}. */
    SECANTUS {
        @Override
        String start() {
            String executable = System.getenv("TILLSTREAM_SECANTUSD");
            assumeTrue(executable != null, "TILLSTREAM_SECANTUSD names no secantusd-py");
            int port = Ports.free();
            String storage = Servers.temporary().newFolder().toString();
            try {
                Process process = new ProcessBuilder(
                                String.valueOf(executable),
                                "--port",
                                String.valueOf(port),
                                "--storage-path",
                                storage,
                                "--standalone")
                        .redirectErrorStream(true)
                        .redirectOutput(new File(storage, "secantus.log"))
                        .start();
                Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return "mongodb://127.0.0.1:" + port;
        }
    },
    /** MongoDB itself, where there is a Docker engine. */
    MONGODB {
        @Override
        @SuppressWarnings("resource") // it goes with the JVM
        String start() {
            assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "There is no Docker engine");
            MongoDBContainer container = new MongoDBContainer("mongo:8");
            container.start();
            return container.getConnectionString();
        }
    };

    private static final Map<ReadStoreServer, String> STARTED = new ConcurrentHashMap<>();

    abstract String start();

    /** The address; the server is started when it is first asked for. */
    String uri() {
        return STARTED.computeIfAbsent(this, ReadStoreServer::start);
    }

    /** A new and empty database. */
    public MongoDatabase open() {
        MongoDatabase database = MongoClients.create(uri())
                .getDatabase("t" + UUID.randomUUID().toString().replace("-", ""));
        database.runCommand(new Document("ping", 1));
        return database;
    }
}
