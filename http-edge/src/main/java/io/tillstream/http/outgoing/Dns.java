package io.tillstream.http.outgoing;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Real DNS by Netty's resolver: no hosts file, no waiting thread, and an answer or a failure within seconds. */
final class Dns implements Names, AutoCloseable {
    private static final long PATIENCE_MS = 2_000;
    private static final HostsFileEntriesResolver NO_HOSTS_FILE = (name, types) -> null;

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("dns", true), NioIoHandler.newFactory());
    private final DnsNameResolver resolver = new DnsNameResolverBuilder(loop.next())
            .datagramChannelType(NioDatagramChannel.class)
            .socketChannelType(NioSocketChannel.class)
            .hostsFileEntriesResolver(NO_HOSTS_FILE)
            .queryTimeoutMillis(PATIENCE_MS)
            .maxQueriesPerResolve(4)
            .ttl(0, 30)
            .negativeTtl(1)
            .build();

    @Override
    public CompletionStage<List<InetAddress>> addressesOf(String host) {
        CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        var _ = resolver.resolveAll(host).addListener((Future<List<InetAddress>> resolved) -> {
            if (resolved.isSuccess()) answer.complete(resolved.getNow());
            else answer.completeExceptionally(resolved.cause());
        });
        return answer;
    }

    @Override
    public void close() {
        resolver.close();
        var _ = loop.shutdownGracefully();
    }
}
