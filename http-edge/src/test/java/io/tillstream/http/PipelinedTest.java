package io.tillstream.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** Requests that arrive before the answer to the one before is through: on a kept connection they often do. */
class PipelinedTest {
    private static final Shop shop = Shop.shared();

    @Test
    void areAllAnsweredThoughOneIsRefusedAtOnce() throws Exception {
        String key = Servers.shared().key("products:read", "products:write").make();
        String request = " HTTP/1.1\r\nHost: shop\r\nX-API-Key: " + key + "\r\nContent-Length: 0\r\n\r\n";
        byte[] both = ("GET /api/v1/seen" + request + "DELETE /api/v1/things/null" + request).getBytes(US_ASCII);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), shop.port)) {
            socket.setSoTimeout(10_000);
            for (int round = 0; round < 50; round++) {
                socket.getOutputStream().write(both);
                assertThat(status(socket.getInputStream())).isEqualTo("HTTP/1.1 200 OK");
                assertThat(status(socket.getInputStream())).isEqualTo("HTTP/1.1 400 Bad Request");
            }
        }
    }

    /** Reads one answer whole, and tells its first line. */
    private static String status(InputStream in) throws Exception {
        String status = line(in);
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in))
            if (header.regionMatches(true, 0, "Content-Length:", 0, 15))
                length = Integer.parseInt(header.substring(15).strip());
        assertThat(in.readNBytes(length)).hasSize(length);
        return status;
    }

    private static String line(InputStream in) throws Exception {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            assertThat(c).isNotNegative();
            if (c != '\r') line.write(c);
        }
        return line.toString(US_ASCII);
    }
}
