package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.Mode;
import io.tillstream.http.Shop.MovableReadModel;
import io.tillstream.http.Shop.Reply;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers are kept while the read model stands, and are nobody's who has to see something newer. */
class KeptAnswersTest {
    private final Shop shop = Shop.shared();
    private final MovableReadModel reads = shop.bean(MovableReadModel.class);
    private final String key = Servers.shared().key("products:write").make();
    private final String path = "/api/v1/kept/3?one=" + UUID.randomUUID();

    @BeforeEach
    void start() {
        reads.advanceTo(0);
        reads.degraded = false;
        reads.collections = "of " + UUID.randomUUID();
    }

    private Reply get() {
        return shop.get(path, key);
    }

    private void write(long position) {
        assertThat(shop.post("/api/v1/things?at=" + position, key, "{\"name\":\"x\"}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void areTheSameBytesAndHeadersUntilAnEventComes() {
        Reply first = get();
        assertThat(first.header("ETag")).hasValue("\"3\"");
        Reply again = get();
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("ETag")).hasValue("\"3\"");
        assertThat(again.header("Content-Type")).isEqualTo(first.header("Content-Type"));
        assertThat(again.header("X-Request-Id")).isNotEqualTo(first.header("X-Request-Id"));
        reads.advanceTo(1);
        assertThat(get().body()).isNotEqualTo(first.body());
    }

    @Test
    void endWhereReadsSwitchToOtherCollections() {
        String first = get().body();
        reads.collections = "others";
        assertThat(get().body()).isNotEqualTo(first);
    }

    @Test
    void areNotKeptWhereItCannotBeToldWhatReadsShow() {
        reads.collections = null;
        String first = get().body();
        assertThat(get().body()).isNotEqualTo(first);
    }

    @Test
    void areNotForAnotherModeQueryOrPath() {
        String first = get().body();
        String other = Servers.shared().key("products:read").test().make();
        assertThat(shop.get(path, other).body()).isNotEqualTo(first);
        assertThat(shop.get(path + "&two", key).body()).isNotEqualTo(first);
        assertThat(shop.get(path.replace("/3", "/4"), key).body()).isNotEqualTo(first);
        assertThat(get().body()).isEqualTo(first);
    }

    @Test
    void areForWhoeverMayReadInThatModeAndForNobodyElse() {
        String first = get().body();
        assertThat(shop.get(path, Servers.shared().key("products:read").make()).body())
                .isEqualTo(first);
        assertThat(shop.get(path, Servers.shared().key("users:read").make()).status())
                .isEqualTo(403);
        assertThat(shop.send("GET", path, null).status()).isEqualTo(401);
    }

    @Test
    void areNeverWhatAWriteOfTheSameCallerMadeStale() throws Exception {
        String first = get().body();
        write(7);
        int before = reads.waits();
        CompletableFuture<Reply> read = CompletableFuture.supplyAsync(this::get);
        Awaiting.until(() -> reads.waits() > before);
        assertThat(read.isDone()).isFalse();
        reads.advanceTo(7);
        Reply fresh = read.get(20, TimeUnit.SECONDS);
        assertThat(fresh.body()).isNotEqualTo(first);
        assertThat(fresh.header("X-Tillstream-Stale")).isEmpty();
        assertThat(get().body()).isEqualTo(fresh.body());
    }

    @Test
    void areNotMadeOfReadsThatWereWaitedForInVain() {
        write(8);
        reads.degraded = true;
        Reply stale = get();
        assertThat(stale.header("X-Tillstream-Stale")).hasValue("true");
        assertThat(get().body()).isNotEqualTo(stale.body());
        String other = Servers.shared().key("products:read").make();
        Reply fresh = shop.get(path, other);
        assertThat(fresh.header("X-Tillstream-Stale")).isEmpty();
        Reply told = shop.send("GET", path, null, "X-API-Key", other, "X-Consistency-Token", "8");
        assertThat(told.header("X-Tillstream-Stale")).hasValue("true");
    }

    @Test
    void sayAgainThatADocumentStandsStill() {
        String still = "/api/v1/kept/-2?one=" + UUID.randomUUID();
        Reply first = shop.get(still, key);
        Reply again = shop.get(still, key);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("X-Tillstream-Stale")).hasValue("true");
        assertThat(shop.get(path, key).header("X-Tillstream-Stale")).isEmpty();
    }

    @Test
    void areListsTooButNoRefusals() {
        String list = "/api/v1/kept?limit=7";
        assertThat(shop.get(list, key).body()).isEqualTo(shop.get(list, key).body());
        assertThat(shop.get("/api/v1/kept/-1", key).status()).isEqualTo(409);
        assertThat(shop.get("/api/v1/kept/-1", key).status()).isEqualTo(409);
    }

    @Test
    void leaveForOthersWhereTheyAreMany() {
        KeptAnswers answers = new KeptAnswers();
        Answer<Object> large = Answer.rendered(new byte[1_000_000]);
        for (int i = 0; i < 100; i++) {
            answers.keep(new KeptAnswers.Key(Mode.LIVE, "/" + i, null), "now", large);
            assertThat(answers.find(new KeptAnswers.Key(Mode.LIVE, "/0", null), "now"))
                    .isNotNull();
        }
        assertThat(answers.find(new KeptAnswers.Key(Mode.LIVE, "/1", null), "now"))
                .isNull();
        assertThat(answers.find(new KeptAnswers.Key(Mode.LIVE, "/99", null), "now"))
                .isNotNull();
        answers.keep(new KeptAnswers.Key(Mode.LIVE, "/larger", null), "now", Answer.rendered(new byte[2_000_000]));
        assertThat(answers.find(new KeptAnswers.Key(Mode.LIVE, "/larger", null), "now"))
                .isNull();
    }
}
