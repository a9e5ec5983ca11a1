package io.tillstream.standalone;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where PostgreSQL is and who asks: JDBC's URL holds neither user nor password. */
record PostgresAddress(String url, String user, String password) {
    /** {@code postgresql://user:password@host:port/database?parameters}, or JDBC's way with user and password as parameters. */
    static PostgresAddress parse(String text) {
        String plain = text.startsWith("jdbc:") ? text.substring(5) : text;
        URI uri;
        try {
            uri = new URI(plain);
        } catch (URISyntaxException e) {
            throw wrong(e.getReason());
        }
        String scheme = uri.getScheme();
        if (!"postgresql".equals(scheme) && !"postgres".equals(scheme)) throw wrong("it begins with postgresql://");
        if (uri.getHost() == null) throw wrong("it names no host");
        String user = "";
        String password = "";
        String info = uri.getRawUserInfo();
        if (info != null) {
            int colon = info.indexOf(':');
            user = decoded(colon < 0 ? info : info.substring(0, colon));
            password = colon < 0 ? "" : decoded(info.substring(colon + 1));
        }
        List<String> parameters = new ArrayList<>();
        String query = uri.getRawQuery();
        for (String parameter : query == null ? List.<String>of() : List.of(query.split("&", -1))) {
            if (parameter.startsWith("user=")) user = decoded(parameter.substring(5));
            else if (parameter.startsWith("password=")) password = decoded(parameter.substring(9));
            else parameters.add(parameter);
        }
        if (user.isEmpty()) throw wrong("it names no user");
        String path = uri.getRawPath();
        if (path == null || path.length() < 2) throw wrong("it names no database");
        int port = uri.getPort() < 0 ? 5432 : uri.getPort();
        return new PostgresAddress(
                "jdbc:postgresql://" + uri.getHost() + ":" + port + path
                        + (parameters.isEmpty() ? "" : "?" + String.join("&", parameters)),
                user,
                password);
    }

    /** For psql, with the password. */
    String uri() {
        String rest = url.substring("jdbc:postgresql://".length());
        return "postgresql://" + encoded(user) + ":" + encoded(password) + "@" + rest;
    }

    private static CannotGoOn wrong(String why) {
        return new CannotGoOn("Not a PostgreSQL URL: " + why + " (postgresql://USER:PASSWORD@HOST:PORT/DATABASE)");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return "PostgresAddress[" + url + "]";
    }
}
