package io.tillstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RedisServerTest {
    private final Path folder = Servers.temporary().newFolder();

    @Test
    void keepsWhatItHasOverAStop() throws Exception {
        try (RedisServer server = RedisServer.start(folder, 0)) {
            assertThat(ask(server, "SET a b", "+OK".length())).isEqualTo("+OK");
            server.stop();
            assertThat(server.running()).isFalse();
            server.start();
            assertThat(ask(server, "GET a", 5)).isEqualTo("$1\r\nb");
        }
    }

    @Test
    void startsAgainAfterAKill() throws Exception {
        try (RedisServer server = RedisServer.start(folder, 0)) {
            server.kill();
            assertThat(server.running()).isFalse();
            server.start();
            assertThat(ask(server, "PING", 5)).isEqualTo("+PONG");
        }
    }

    @Test
    void endsTheServerThatADeadProcessLeftInTheFolder() throws Exception {
        RedisServer left = RedisServer.start(folder, 0);
        try (RedisServer next = RedisServer.start(folder, 0)) {
            assertThat(ask(next, "PING", 5)).isEqualTo("+PONG");
            assertThat(Ports.isFree(left.port())).isTrue();
        }
    }

    private static String ask(RedisServer server, String command, int length) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write(("AUTH " + server.password() + "\r\n" + command + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(5 + length), StandardCharsets.US_ASCII).substring(5);
        }
    }
}
