package io.tillstream.embedded;

/** A server whose data is in one folder. Started by its factory; {@link #start} brings a stopped or dead one back on the same port. */
public sealed interface EmbeddedServer extends AutoCloseable
        permits PostgresServer, KafkaServer, MongoServer, RedisServer {
    /** What people call it, with its version. */
    String name();

    int port();

    /** Whether it runs and, as far as can be seen from outside, works. */
    boolean running();

    /** Does nothing while it is running. */
    void start();

    /** Ends it in order: what it acknowledged is on disk afterwards. */
    void stop();

    /** Ends it as a SIGKILL or a crash would. */
    void kill();

    @Override
    default void close() {
        stop();
    }
}
