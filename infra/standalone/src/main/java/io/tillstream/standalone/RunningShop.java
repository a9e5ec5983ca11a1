package io.tillstream.standalone;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.springframework.core.env.PropertyResolver;

/** The shop that runs on a data folder, as another process sees it. */
final class RunningShop {
    static final String URL = "url";

    /** The application's settings that say where its stores are and what it writes; none of them is the master key. */
    private static final List<String> SETTINGS = List.of(
            "tillstream.postgres.url",
            "tillstream.postgres.reader-user",
            Stores.KAFKA,
            Stores.TOPIC,
            Stores.MONGODB_URI,
            Stores.MONGODB_DATABASE,
            "tillstream.shop",
            "tillstream.currency");

    private final Path data;
    private final Properties control;

    private RunningShop(Path data, Properties control) {
        this.data = data;
        this.control = control;
    }

    static RunningShop on(Path data) {
        Path file = data.resolve(DataFolder.CONTROL);
        Properties control = new Properties();
        try {
            if (!Files.exists(file)) throw none(data);
            control.load(new StringReader(Files.readString(file)));
        } catch (IOException e) {
            throw new CannotGoOn("Cannot read " + file + ": " + Reasons.of(e), e);
        }
        // A shop that was killed leaves the file behind.
        boolean alive = ProcessHandle.of(Long.parseLong(control.getProperty("process", "0")))
                .map(ProcessHandle::isAlive)
                .orElse(false);
        if (!alive) throw none(data);
        return new RunningShop(data, control);
    }

    /** What a shop tells of itself in its control file. */
    static Map<String, String> known(String url, PropertyResolver settings) {
        Map<String, String> known = new HashMap<>(Map.of(URL, url));
        for (String name : SETTINGS) {
            String value = settings.getProperty(name);
            if (value != null) known.put(name, value);
        }
        return known;
    }

    String url() {
        return control.getProperty(URL, "");
    }

    String kafka() {
        return control.getProperty(Stores.KAFKA, "");
    }

    /**
     * The shop's stores, opened by this process itself: what it finds there doesn't depend on what the shop's process says.
     *
     * @param arguments may name a master key, as they may for {@code up}
     */
    Stores stores(Arguments arguments) {
        Map<String, Object> settings = new HashMap<>();
        for (String name : SETTINGS) {
            String value = control.getProperty(name);
            if (value != null) settings.put(name, value);
        }
        String given = arguments.variable("TILLSTREAM_MASTER_KEY");
        return Stores.open(settings, given == null ? DataFolder.masterKey(data) : given);
    }

    /** Says what the shop answers when it refuses. */
    void tell(String path, Properties request) {
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
            StringWriter body = new StringWriter();
            request.store(body, null);
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + control.getProperty("port", "0") + path))
                            .header(Control.TOKEN, control.getProperty("token", ""))
                            .timeout(Duration.ofSeconds(60))
                            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) throw new CannotGoOn(answer.body());
        } catch (IOException e) {
            throw none(data);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotGoOn("Interrupted", e);
        }
    }

    private static CannotGoOn none(Path data) {
        return new CannotGoOn("No shop is running on " + data + ": start one with `./tillstream up`");
    }
}
