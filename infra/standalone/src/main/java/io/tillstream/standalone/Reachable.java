package io.tillstream.standalone;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;

/** Asks servers that are not ours for a sign of life before anything is built on them: the libraries would wait for minutes. */
final class Reachable {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final Pattern HOST_AND_PORT = Pattern.compile("\\[?([^\\[\\],]+?)]?(?::(\\d{1,5}))?");

    private Reachable() {}

    static PostgresAddress postgres(String given) {
        PostgresAddress address = PostgresAddress.parse(given);
        Properties login = new Properties();
        login.setProperty("user", address.user());
        login.setProperty("password", address.password());
        login.setProperty("loginTimeout", "5");
        login.setProperty("connectTimeout", "5");
        try (Connection connection = DriverManager.getConnection(address.url(), login)) {
            if (connection.isReadOnly()) throw new CannotGoOn("PostgreSQL at " + address.url() + " is read-only");
            return address;
        } catch (SQLException e) {
            throw new CannotGoOn("PostgreSQL at " + address.url() + " doesn't let us in: " + Reasons.innermost(e), e);
        }
    }

    static void kafka(String given) {
        anyOf("Kafka", given, given, 9092);
    }

    static void mongodb(String given) {
        if (!given.startsWith("mongodb://") && !given.startsWith("mongodb+srv://")) {
            throw new CannotGoOn("Not a MongoDB URI: it begins with mongodb://");
        }
        if (given.startsWith("mongodb://")) {
            String rest = given.substring("mongodb://".length());
            String authority = rest.split("[/?]", 2)[0];
            anyOf("MongoDB", authority.substring(authority.lastIndexOf('@') + 1), "the given URI", 27017);
        }
    }

    static void redis(String given) {
        URI uri;
        try {
            uri = URI.create(given);
        } catch (IllegalArgumentException e) {
            throw new CannotGoOn("Not a Redis URI: redis://:PASSWORD@HOST:PORT", e);
        }
        if (uri.getHost() == null || uri.getScheme() == null || !uri.getScheme().startsWith("redis")) {
            throw new CannotGoOn("Not a Redis URI: redis://:PASSWORD@HOST:PORT");
        }
        anyOf("Redis", uri.getHost() + ":" + (uri.getPort() < 0 ? 6379 : uri.getPort()), uri.getHost(), 6379);
    }

    private static void anyOf(String what, String hosts, String shown, int defaultPort) {
        String last = "it names no host";
        for (String host : List.of(hosts.split(",", -1))) {
            var parts = HOST_AND_PORT.matcher(host.strip());
            if (!parts.matches()) continue;
            String port = parts.group(2);
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(parts.group(1), port == null ? defaultPort : Integer.parseInt(port)),
                        PATIENCE_MILLIS);
                return;
            } catch (IOException | IllegalArgumentException e) {
                last = Reasons.innermost(e);
            }
        }
        throw new CannotGoOn("No " + what + " answers at " + shown + ": " + last);
    }
}
