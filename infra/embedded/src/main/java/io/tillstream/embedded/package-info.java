/**
 * The four servers that Tillstream needs, run from a JVM: PostgreSQL and Redis as processes of their own, Kafka's broker
 * and the MongoDB-compatible store inside it. Each keeps all it has in one folder and can be stopped, killed and started
 * again there. Standalone runs a shop on them, tests share one set a JVM ({@link io.tillstream.embedded.Servers}).
 */
@NullMarked
package io.tillstream.embedded;

import org.jspecify.annotations.NullMarked;
