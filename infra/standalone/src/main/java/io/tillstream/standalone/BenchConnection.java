package io.tillstream.standalone;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 connection to this machine, with nothing between it and the socket: a load that costs little of the CPU it shares. */
final class BenchConnection implements AutoCloseable {
    private static final String LENGTH = "content-length:";

    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private byte[] buffer = new byte[1 << 16];
    private int filled;

    /** What came back. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Answer(int status, String head, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        boolean has(String header) {
            return head.toLowerCase(java.util.Locale.ROOT).contains("\r\n" + header + ":");
        }
    }

    BenchConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        out = socket.getOutputStream();
        in = socket.getInputStream();
    }

    static byte[] get(String path, @Nullable String key) {
        return request("GET", path, key, "", new byte[0]);
    }

    static byte[] post(String path, @Nullable String key, String headers, String json) {
        return request(
                "POST",
                path,
                key,
                "Content-Type: application/json\r\n" + headers,
                json.getBytes(StandardCharsets.UTF_8));
    }

    /** A request's bytes, to be sent as often as wanted. */
    static byte[] request(String method, String path, @Nullable String key, String headers, byte[] body) {
        String authorization = key == null ? "" : "Authorization: Bearer " + key + "\r\n";
        String length = method.equals("GET") ? "" : "Content-Length: " + body.length + "\r\n";
        byte[] head = (method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization + headers + length
                        + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = new byte[head.length + body.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    Answer send(byte[] request) throws IOException {
        out.write(request);
        int end = -1;
        for (int from = 0; end < 0; ) {
            fill();
            end = endOfHead(from);
            from = Math.max(0, filled - 3);
        }
        String head = new String(buffer, 0, end, StandardCharsets.ISO_8859_1);
        int length = length(head);
        int begun = end + 4;
        if (begun + length > buffer.length) buffer = java.util.Arrays.copyOf(buffer, begun + length);
        while (filled < begun + length) fill();
        byte[] body = java.util.Arrays.copyOfRange(buffer, begun, begun + length);
        System.arraycopy(buffer, begun + length, buffer, 0, filled - begun - length);
        filled -= begun + length;
        return new Answer(Integer.parseInt(head, 9, 12, 10), head, body);
    }

    private void fill() throws IOException {
        if (filled == buffer.length) throw new IOException("An answer's head is too long");
        int read = in.read(buffer, filled, buffer.length - filled);
        if (read < 0) throw new EOFException("The connection was closed");
        filled += read;
    }

    private int endOfHead(int from) {
        for (int i = from; i + 3 < filled; i++)
            if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r' && buffer[i + 3] == '\n') return i;
        return -1;
    }

    private static int length(String head) {
        for (int line = head.indexOf('\n'); line > 0; line = head.indexOf('\n', line + 1)) {
            if (!head.regionMatches(true, line + 1, LENGTH, 0, LENGTH.length())) continue;
            int from = line + 1 + LENGTH.length();
            int to = head.indexOf('\r', from);
            return Integer.parseInt(
                    head.substring(from, to < 0 ? head.length() : to).strip());
        }
        return 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
