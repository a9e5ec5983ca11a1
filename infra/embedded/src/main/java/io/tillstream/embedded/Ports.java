package io.tillstream.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** TCP ports of 127.0.0.1. */
public final class Ports {
    private static final Set<Integer> KEPT = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** Gives a port to nobody in this process any more: it is meant for a server that comes later. */
    public static void keep(int port) {
        KEPT.add(port);
    }

    /** A port nobody listens on at the moment; a server that takes it later may still find it gone. */
    public static int free() {
        while (true) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(loopback(0));
                if (!KEPT.contains(socket.getLocalPort())) return socket.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The wanted port if it can be had, any other otherwise. */
    public static int freeOr(int wanted) {
        return wanted > 0 && !KEPT.contains(wanted) && isFree(wanted) ? wanted : free();
    }

    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(loopback(port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
