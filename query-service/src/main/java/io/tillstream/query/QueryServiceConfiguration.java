package io.tillstream.query;

import io.tillstream.http.HttpEdgeConfiguration;
import io.tillstream.query.apikey.KeyUseConfiguration;
import io.tillstream.query.event.EventReads;
import io.tillstream.query.platform.ReadSideConfiguration;
import io.tillstream.query.proof.ProofConfiguration;
import io.tillstream.query.replay.ReplayConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The reading side: the edge, the engine and the concepts' reads. */
@Configuration
@Import({
    HttpEdgeConfiguration.class,
    ReadSideConfiguration.class,
    ConceptReads.class,
    KeyUseConfiguration.class,
    EventReads.class,
    ProofConfiguration.class,
    ReplayConfiguration.class
})
public class QueryServiceConfiguration {}
