package io.tillstream.http.outgoing;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The DNS. Fails with {@link java.net.UnknownHostException} where it has no address, or doesn't answer in time. */
@FunctionalInterface
public interface Names {
    CompletionStage<List<InetAddress>> addressesOf(String host);
}
