package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tillstream.http.access.Public;
import io.tillstream.http.access.SessionOnly;
import java.lang.reflect.Method;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutesTest {
    @SuppressWarnings("unused")
    private static final class Handlers {
        void silent() {}

        @Public
        @SessionOnly
        void undecided() {}
    }

    @Test
    void failsForARouteThatDoesNotSayWhoMayCallIt() throws Exception {
        for (String name : List.of("silent", "undecided")) {
            Method handler = Handlers.class.getDeclaredMethod(name);
            assertThatIllegalStateException()
                    .isThrownBy(() -> new Routes().register(handler, List.of("GET"), List.of("/x")))
                    .withMessageContaining("@RequiresScope");
        }
    }
}
