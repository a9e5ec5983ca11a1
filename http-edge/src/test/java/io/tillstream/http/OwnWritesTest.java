package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.http.Shop.MovableReadModel;
import io.tillstream.http.Shop.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnWritesTest {
    private final Shop shop = Shop.shared();
    private final MovableReadModel reads = shop.bean(MovableReadModel.class);
    private final String key = Servers.shared().key("products:write").make();

    @BeforeEach
    void start() {
        reads.advanceTo(0);
        reads.degraded = false;
    }

    private Reply write(long position) {
        return shop.post("/api/v1/things?at=" + position, key, "{\"name\":\"x\"}");
    }

    @Test
    void waitsUntilAReadShowsWhatItsCallerWrote() throws Exception {
        assertThat(write(7).header("X-Consistency-Token")).hasValue("7");
        int before = reads.waits();
        CompletableFuture<Reply> read = CompletableFuture.supplyAsync(() -> shop.get("/api/v1/things", key));
        Awaiting.until(() -> reads.waits() > before);
        assertThat(read.isDone()).isFalse();
        reads.advanceTo(7);
        Reply reply = read.get(20, TimeUnit.SECONDS);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("X-Tillstream-Stale")).isEmpty();
    }

    @Test
    void saysSoWhenItWaitedTooLongOrNotAtAll() {
        write(8);
        assertThat(shop.get("/api/v1/things", key).header("X-Tillstream-Stale")).hasValue("true");
        reads.degraded = true;
        int before = reads.waits();
        assertThat(shop.get("/api/v1/things", key).header("X-Tillstream-Stale")).hasValue("true");
        assertThat(reads.waits()).isEqualTo(before);
    }

    @Test
    void makesNobodyElseWaitButThoseWithTheToken() {
        write(9);
        reads.degraded = true;
        String other = Servers.shared().key("products:read").make();
        assertThat(shop.get("/api/v1/things", other).header("X-Tillstream-Stale"))
                .isEmpty();
        Reply told = shop.send("GET", "/api/v1/things", null, "X-API-Key", other, "X-Consistency-Token", "9");
        assertThat(told.header("X-Tillstream-Stale")).hasValue("true");
        assertThat(shop.send("GET", "/api/v1/things", null, "X-API-Key", other, "X-Consistency-Token", "x")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void knowsWhatWasWrittenThroughAnotherInstance() {
        Shop second = Shop.second();
        second.bean(MovableReadModel.class).degraded = true;
        write(11);
        assertThat(second.get("/api/v1/things", key).header("X-Tillstream-Stale"))
                .hasValue("true");
        second.bean(MovableReadModel.class).advanceTo(11);
        assertThat(second.get("/api/v1/things", key).header("X-Tillstream-Stale"))
                .isEmpty();
    }

    @Test
    void keepsTheLatestPositionWhenWritesOvertakeEachOther() {
        write(21);
        write(20);
        reads.advanceTo(20);
        reads.degraded = true;
        assertThat(shop.get("/api/v1/things", key).header("X-Tillstream-Stale")).hasValue("true");
    }
}
