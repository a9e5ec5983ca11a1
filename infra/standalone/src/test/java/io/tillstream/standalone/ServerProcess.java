package io.tillstream.standalone;

import io.tillstream.embedded.EmbeddedServer;
import io.tillstream.embedded.KafkaServer;
import io.tillstream.embedded.MongoServer;
import java.io.OutputStream;
import java.nio.file.Path;

/** The broker or the read store in a process of its own, where a SIGKILL reaches it alone. It ends with whoever started it. */
final class ServerProcess {
    static final String READY = "Listening";

    private ServerProcess() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        int port = Integer.parseInt(arguments[2]);
        EmbeddedServer server = switch (arguments[0]) {
            case "kafka" -> KafkaServer.start(folder, port);
            case "mongodb" -> MongoServer.start(folder, port);
            default -> throw new IllegalArgumentException(arguments[0]);
        };
        if (server.port() != port) throw new IllegalStateException("Port " + port + " is taken");
        System.out.println(READY);
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }
}
