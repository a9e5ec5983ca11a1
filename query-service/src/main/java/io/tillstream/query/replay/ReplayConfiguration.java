package io.tillstream.query.replay;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Replays over HTTP. */
@Configuration
@Import(ReplayController.class)
public class ReplayConfiguration {}
