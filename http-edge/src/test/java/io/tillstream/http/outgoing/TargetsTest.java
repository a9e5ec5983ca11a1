package io.tillstream.http.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.http.outgoing.Targets.ForbiddenTarget;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetsTest {
    private static final Map<String, List<String>> DNS = Map.of(
            "example.com", List.of("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"),
            "inside.example.com", List.of("10.0.0.7"),
            "half.example.com", List.of("93.184.216.34", "127.0.0.1"),
            "six.example.com", List.of("fd00::1"),
            "nat.example.com", List.of("64:ff9b::5db8:d822"),
            "evil-nat.example.com", List.of("64:ff9b::7f00:1"),
            "mapped.example.com", List.of("::ffff:169.254.169.254"));

    private static final Targets TARGETS = new Targets(List.of(), TargetsTest::lookUp);
    private static final Targets OWN_NETWORK = new Targets(List.of("127.0.0.0/8", "fd00::/8"), TargetsTest::lookUp);

    private static CompletionStage<List<InetAddress>> lookUp(String host) {
        List<String> found = DNS.get(host);
        return found == null
                ? CompletableFuture.failedStage(new UnknownHostException(host))
                : CompletableFuture.completedStage(
                        found.stream().map(TargetsTest::address).toList());
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com/hooks?a=b",
                "https://user:secret@EXAMPLE.com:8443/x y",
                "https://nat.example.com/",
                "https://nobody-knows.example/",
                "https://93.184.216.34/",
                "https://[2606:2800:220:1:248:1893:25c8:1946]/"
            })
    void acceptWhatIsPublicOrUnknown(String url) {
        assertThat(TARGETS.wrong(url)).isNull();
    }

    @Test
    void keepWhatLiesBeyondSixteenBits() {
        assertThat(Target.of("https://example.com/e/😀/x?q=ü😀").path())
                .isEqualTo("/e/%F0%9F%98%80/x?q=%C3%BC%F0%9F%98%80");
    }

    @Test
    void refuseNoHost() {
        assertThat(TARGETS.wrong("https://./")).startsWith("must be a");
        assertThat(TARGETS.wrong("https:///")).startsWith("must be a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost/",
                "https://LOCALHOST./",
                "https://app.localhost",
                "https://metadata.google.internal/",
                "https://x.kubernetes.default.svc/",
                "https://127.0.0.1/",
                "https://127.1/",
                "https://2130706433/",
                "https://0x7f000001/",
                "https://017700000001/",
                "https://1２7.0.0.1/",
                "https://%31%32%37.0.0.1/",
                "https:\\\\127.0.0.1\\",
                "https://10.1.2.3/",
                "https://100.64.0.1/",
                "https://169.254.169.254/latest/meta-data",
                "https://172.31.0.1/",
                "https://192.168.1.1/",
                "https://198.18.0.1/",
                "https://224.0.0.1/",
                "https://255.255.255.255/",
                "https://0.0.0.0/",
                "https://[::]/",
                "https://[::1]/",
                "https://[::ffff:93.184.216.34]/",
                "https://[::ffff:7f00:1]/",
                "https://[fe80::1]/",
                "https://[fc00::1]/",
                "https://[ff02::1]/",
                "https://[64:ff9b::a00:1]/",
                "https://[2002:7f00:1::]/",
                "https://inside.example.com/",
                "https://half.example.com/",
                "https://six.example.com/",
                "https://evil-nat.example.com/",
                "https://mapped.example.com/"
            })
    void refuseWhatIsNotPublic(String url) {
        assertThat(TARGETS.wrong(url)).contains("URL").doesNotContain("HTTPS");
        Target target = Target.of(url);
        assertThatThrownBy(() -> TARGETS.resolve(target).toCompletableFuture().join())
                .hasRootCauseInstanceOf(ForbiddenTarget.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/",
                "ftp://example.com/",
                "http://127.0.0.1/",
                "http://localhost:9000/",
                "gopher://localhost/"
            })
    void wantHttps(String url) {
        assertThat(TARGETS.wrong(url)).contains("HTTPS URL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "example.com", "//example.com", "https://", "https://ex ample.com", "https://a:99999/"})
    void refuseWhatIsNoUrl(String url) {
        assertThat(TARGETS.wrong(url)).contains("URL");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/",
                "https://inside.example.com/",
                "https://localhost/",
                "http://127.0.0.1:9000/"
            })
    void sayHowTheOperatorAllowsHisOwn(String url) {
        assertThat(TARGETS.wrong(url)).contains("TILLSTREAM_WEBHOOK_ALLOW");
        assertThat(OWN_NETWORK.wrong("ftp://127.0.0.1/")).isEqualTo("must be an HTTPS URL");
    }

    @Test
    void allowTheOperatorsOwnNetworksWithPlainHttpToo() {
        assertThat(OWN_NETWORK.wrong("http://127.0.0.1:8080/")).isNull();
        assertThat(OWN_NETWORK.wrong("https://six.example.com/")).isNull();
        assertThat(OWN_NETWORK.wrong("http://example.com/")).contains("HTTPS");
        assertThat(OWN_NETWORK.wrong("https://10.0.0.1/")).contains("URL");
        assertThat(OWN_NETWORK.wrong("https://half.example.com/")).isNull();
        assertThat(OWN_NETWORK.wrong("http://half.example.com/")).contains("HTTPS");
    }

    @Test
    void lendOneAddressAndPortUntilTheLeaseHasPassed() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1); // a nanosecond counter may overflow
        Targets targets = new Targets(List.of(), TargetsTest::lookUp, new Leases(nanos::get));
        String lent = "http://127.0.0.1:9000/";
        assertRefused(targets, lent);
        targets.lend(new InetSocketAddress(address("127.0.0.1"), 9000), Duration.ofSeconds(5));
        assertThat(targets.wrong(lent)).isNull();
        assertThat(targets.wrong("https://127.0.0.1:9000/")).isNull();
        assertThat(targets.resolve(Target.of(lent)).toCompletableFuture().join())
                .hasSize(1);
        assertThat(targets.addressesOf("127.0.0.1").toCompletableFuture().join())
                .hasSize(1);
        assertThat(targets.permits(Target.of(lent), address("127.0.0.1"))).isTrue();

        // no other port, no other address, no name that leads there, no socket that led elsewhere
        for (String other : List.of(
                "http://127.0.0.1:9001/",
                "https://127.0.0.1/",
                "http://127.0.0.2:9000/",
                "http://localhost:9000/",
                "http://half.example.com:9000/",
                "http://[::1]:9000/")) assertRefused(targets, other);
        assertThat(targets.permits(Target.of(lent), address("127.0.0.2"))).isFalse();
        assertThat(targets.permits(Target.of("http://half.example.com:9000/"), address("127.0.0.1")))
                .isFalse();
        assertThatThrownBy(() -> targets.addressesOf("half.example.com")
                        .toCompletableFuture()
                        .join())
                .hasRootCauseInstanceOf(ForbiddenTarget.class);

        nanos.addAndGet(Duration.ofSeconds(4).toNanos());
        targets.lend(new InetSocketAddress(address("127.0.0.1"), 9000), Duration.ofSeconds(5));
        nanos.addAndGet(Duration.ofSeconds(4).toNanos());
        assertThat(targets.wrong(lent)).isNull();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertRefused(targets, lent);
        assertThat(targets.permits(Target.of(lent), address("127.0.0.1"))).isFalse();
    }

    @Test
    void takeBackWhatTheyLent() {
        Targets targets = new Targets(List.of(), TargetsTest::lookUp);
        InetSocketAddress one = new InetSocketAddress(address("127.0.0.1"), 9000);
        targets.lend(one, Duration.ofHours(1));
        targets.takeBack(one);
        assertRefused(targets, "http://127.0.0.1:9000/");
    }

    private static void assertRefused(Targets targets, String url) {
        assertThat(targets.wrong(url)).contains("URL");
        assertThatThrownBy(() ->
                        targets.resolve(Target.of(url)).toCompletableFuture().join())
                .hasRootCauseInstanceOf(ForbiddenTarget.class);
    }

    @Test
    void judgeTheConnectedAddressToo() {
        Target secure = Target.of("https://example.com");
        Target plain = Target.of("http://example.com");
        assertThat(TARGETS.permits(secure, address("93.184.216.34"))).isTrue();
        assertThat(TARGETS.permits(plain, address("93.184.216.34"))).isFalse();
        assertThat(TARGETS.permits(secure, address("127.0.0.1"))).isFalse();
        assertThat(OWN_NETWORK.permits(plain, address("127.0.0.1"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.com,              example.com,      443, /",
        "https://EXAMPLE.com:443/a b?q=ä#f, example.com,      443, /a%20b?q=%C3%A4",
        "https://bücher.de/%2f,            xn--bcher-kva.de, 443, /%2f",
        "http://[::1]:81/,                 ::1,              81,  /"
    })
    void areReadAsBrowsersReadThem(String url, String host, int port, String path) {
        Target target = Target.of(url);
        assertThat(target.host()).isEqualTo(host);
        assertThat(target.port()).isEqualTo(port);
        assertThat(target.path()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/x", "home", "", "10.0.0"})
    void wantRangesAsRanges(String cidr) {
        if (cidr.isEmpty())
            assertThat(new Targets(Arrays.asList(cidr), TargetsTest::lookUp)).isNotNull();
        else if (!cidr.equals("10.0.0"))
            assertThatThrownBy(() -> new Targets(List.of(cidr), TargetsTest::lookUp))
                    .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "user:p%40ss@, user:p@ss",
        "user:p@ss@, user:p@ss",
        "user:a%2Fb%25@, user:a/b%",
        "user:50%zz@, user:50%zz",
        "'', "
    })
    void readsCredentialsAsTheyAreMeant(String inUrl, @Nullable String credentials) {
        assertThat(Target.of("https://" + inUrl + "example.com/").credentials()).isEqualTo(credentials);
    }
}
