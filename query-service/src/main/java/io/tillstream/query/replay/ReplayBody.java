package io.tillstream.query.replay;

import io.tillstream.http.body.Body;

/** Which read models are to be built anew. */
final class ReplayBody extends Body {
    ReplayBody() {
        texts("projections")
                .size(1, 100)
                .distinct()
                .doc("Which ones; all when it is left out")
                .example(java.util.List.of("product"));
        strict();
    }

    @Override
    public String name() {
        return "ReplayRequest";
    }
}
