package io.tillstream.webhook.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.http.outgoing.Names;
import io.tillstream.http.outgoing.Targets;
import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Names that this machine's own hosts file leads back to it; {@code localhost} is always one. */
class HostsFileTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop("tillstream.webhook.allow=");

    private final Receiver receiver = shop.receiver();
    private final Set<String> names = leadingHere();

    private static Set<String> leadingHere() {
        Set<String> names = new TreeSet<>(Set.of("localhost", "some.localhost"));
        try {
            for (String line : Files.readAllLines(Path.of("/etc/hosts"))) {
                String[] words = line.replaceFirst("#.*", "").strip().split("\\s+", -1);
                for (int i = 1; i < words.length; i++) if (leadsHere(words[i])) names.add(words[i]);
            }
        } catch (IOException e) {
            // a machine without that file has these names all the same
        }
        return names;
    }

    private static boolean leadsHere(String name) {
        try {
            return Arrays.stream(InetAddress.getAllByName(name)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Test
    void areRefusedInAWebhook() {
        for (String name : names) {
            Reply refused = webhook("http://" + name + ":" + port() + "/hooks");
            assertThat(refused.status()).as(name).isEqualTo(400);
            assertThat(refused.json().at("/error/details/url/0").asString()).contains("URL");
        }
        for (String name : List.of("localhost", "some.localhost", "LOCALHOST."))
            assertThat(webhook("https://" + name + ":" + port() + "/hooks").status())
                    .as(name)
                    .isEqualTo(400);
    }

    @Test
    void areSentNothing() {
        for (String scheme : List.of("http", "https"))
            for (String name : names)
                assertThat(status(shop.bean(Client.class), scheme, name)).isZero();
        assertThat(receiver.received()).isEmpty();
    }

    /** Where the operator allows the address: what a name means, the DNS says. */
    @Test
    void meanNothingWhereTheAddressIsAllowed() {
        Targets targets = Targets.allowing(List.of("127.0.0.0/8", "::1/128"), shop.bean(Names.class));
        try (Client client = new Client(targets, PATIENCE, PATIENCE, 16, Clock.systemUTC())) {
            assertThat(status(client, "http", "127.0.0.1")).isEqualTo(200);
            for (String name : names)
                assertThat(status(client, "http", name)).as(name).isZero();
        }
        assertThat(receiver.received()).hasSize(1);
    }

    private static Reply webhook(String url) {
        return shop.post("/api/v1/webhooks", "{'url': '%s', 'events': ['*']}".formatted(url));
    }

    private int status(Client by, String scheme, String host) {
        String url = scheme + "://" + host + ":" + port() + "/hooks";
        return requireNonNull(by.post(url, Map.of(), "{}".getBytes(UTF_8)).block())
                .status();
    }

    private int port() {
        return URI.create(receiver.url()).getPort();
    }
}
