import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Receives a shop's webhooks with the JDK alone, 21 or newer. docs/webhooks.md says what it has to hold to.
 *
 * <pre>WEBHOOK_SECRET=whsec_… java Receiver.java PORT [--state FILE] [--feed URL]</pre>
 *
 * WEBHOOK_SECRET is the webhook's secret; while it rotates, both, with a space between them. --state remembers in a file what has
 * come, and goes on from it after a restart. --feed is where missing deliveries are fetched: https://SHOP/api/v1/webhooks/ID/feed,
 * with an API key in TILLSTREAM_API_KEY.
 */
public class Receiver {
    /** Seconds that a timestamp may be off: what is older was recorded and sent again by somebody. */
    private static final long TOLERANCE = 300;

    private static final int LARGEST = 2 << 20;

    private final List<String> secrets = List.of(System.getenv("WEBHOOK_SECRET").split(" "));
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path state;
    private final String feed;

    // What has come. Kept in a file here; yours belongs into the database, in the transaction of your work.
    private final Set<String> seen = new LinkedHashSet<>();
    private final TreeSet<Long> beyond = new TreeSet<>();
    private long complete;

    public static void main(String[] args) throws Exception {
        List<String> options = List.of(args);
        Receiver receiver = new Receiver(option(options, "--state"), option(options, "--feed"));
        var address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), Integer.parseInt(args[0]));
        HttpServer server = HttpServer.create(address, 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", receiver::answer);
        server.start();
        System.out.println("listening on port " + server.getAddress().getPort());
        while (true) {
            Thread.sleep(2000);
            try {
                receiver.fill();
            } catch (IOException e) {
                System.err.println("the feed can't be read: " + e.getMessage());
            }
        }
    }

    private Receiver(String state, String feed) throws IOException {
        this.state = state == null ? null : Path.of(state);
        this.feed = feed;
        if (state == null || !Files.exists(this.state)) return;
        List<String> lines = Files.readAllLines(this.state);
        complete = Long.parseLong(lines.get(0));
        for (String number : lines.get(1).split(" ")) if (!number.isEmpty()) beyond.add(Long.valueOf(number));
        seen.addAll(lines.subList(2, lines.size()));
    }

    /** Your work. Events that you don't know are to be passed by: there will be new ones. */
    private void work(String message, String event) {
        // here you would read the JSON with the library of your choice
        System.out.println("event " + message + " " + member(event, "event"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            byte[] body = exchange.getRequestBody().readNBytes(LARGEST);
            String message = headers.getFirst("webhook-id");
            String sent = headers.getFirst("webhook-timestamp");
            String signatures = headers.getFirst("webhook-signature");
            if (message == null || sent == null || signatures == null || !verified(message, sent, signatures, body)) {
                System.out.println("refused");
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            String sequence = headers.getFirst("X-Tillstream-Sequence"); // tests and replays of history have none
            take(message, sequence == null ? 0 : Long.parseLong(sequence), new String(body, StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
        }
    }

    /** Whether one of the signatures was made with one of the secrets, over the exact bytes of the body, not long ago. */
    private boolean verified(String message, String sent, String signatures, byte[] body) {
        long now = System.currentTimeMillis() / 1000;
        if (!sent.matches("\\d{1,15}") || Math.abs(now - Long.parseLong(sent)) > TOLERANCE) return false;
        boolean good = false;
        for (String secret : secrets) {
            String expected = "v1," + Base64.getEncoder().encodeToString(hmac(secret, message + "." + sent + ".", body));
            for (String signature : signatures.split(" ")) {
                // isEqual takes as long for a wrong signature as for a right one
                good |= MessageDigest.isEqual(
                        signature.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
            }
        }
        return good;
    }

    private static byte[] hmac(String secret, String prefix, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")), "HmacSHA256"));
            mac.update(prefix.getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized void take(String message, long sequence, String event) throws IOException {
        if (seen.contains(message)) {
            System.out.println("duplicate " + message);
        } else {
            work(message, event);
            seen.add(message);
            if (seen.size() > 100_000) seen.remove(seen.iterator().next());
        }
        if (sequence > complete) beyond.add(sequence);
        keep();
    }

    /** What the shop no longer keeps: somebody has to know. */
    private synchronized void lose(long first) throws IOException {
        System.out.println("lost " + (complete + 1) + " to " + (first - 1));
        complete = first - 1;
        beyond.headSet(first).clear();
        keep();
    }

    private void keep() throws IOException {
        while (beyond.remove(complete + 1)) complete++;
        if (state == null) return;
        List<String> lines = new ArrayList<>();
        lines.add(Long.toString(complete));
        lines.add(String.join(" ", beyond.stream().map(String::valueOf).toList()));
        lines.addAll(seen);
        Path next = state.resolveSibling(state.getFileName() + ".next");
        Files.write(next, lines);
        Files.move(next, state, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Fetches what is missing below what has come. Deliveries overtake each other, so a gap isn't a loss at once. */
    private void fill() throws IOException, InterruptedException {
        long after;
        long until;
        synchronized (this) {
            if (beyond.isEmpty()) return;
            after = complete;
            until = beyond.last();
        }
        System.out.println("gap after " + after);
        while (feed != null && after < until) {
            String key = System.getenv().getOrDefault("TILLSTREAM_API_KEY", "");
            HttpRequest request = HttpRequest.newBuilder(URI.create(feed + "?after=" + after))
                    .timeout(Duration.ofSeconds(30))
                    .header("X-API-Key", key)
                    .build();
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() == 410) {
                Matcher first = Pattern.compile("\"first\":\\[\"(\\d+)\"").matcher(answer.body());
                if (!first.find()) throw new IOException(answer.body());
                lose(Long.parseLong(first.group(1)));
                after = Long.parseLong(first.group(1)) - 1;
                continue;
            }
            if (answer.statusCode() != 200) throw new IOException(answer.statusCode() + " " + answer.body());
            long before = after;
            for (String delivery : deliveries(answer.body())) {
                after = Long.parseLong(member(delivery, "sequence"));
                take(member(delivery, "message_id"), after, delivery.substring(delivery.indexOf("\"body\":") + 7));
            }
            if (after == before) return;
        }
    }

    // The JDK reads no JSON. These two are enough for what the feed wraps around the bodies; use a library for the rest.

    /** The objects in the array, by counting braces outside of strings. */
    private static List<String> deliveries(String page) {
        List<String> found = new ArrayList<>();
        int depth = 0;
        int start = 0;
        boolean text = false;
        for (int i = page.indexOf('[', page.indexOf("\"deliveries\"")); i < page.length(); i++) {
            char c = page.charAt(i);
            if (text && c == '\\') i++;
            else if (c == '"') text = !text;
            else if (!text && c == '{' && depth++ == 0) start = i;
            else if (!text && c == '}' && --depth == 0) found.add(page.substring(start, i + 1));
            else if (!text && c == ']' && depth == 0) break;
        }
        return found;
    }

    private static String member(String json, String name) {
        Matcher member = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(json);
        return member.find() ? member.group(1) : "";
    }

    private static String option(List<String> options, String name) {
        return options.contains(name) ? options.get(options.indexOf(name) + 1) : null;
    }
}
